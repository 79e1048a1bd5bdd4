import type { TestContext } from 'vitest'
import { isInstalled } from './is-installed.ts'

/** Skips a test, saying why, when a tool is not on this machine. In CI its absence is a failure. */
export function requireTool(context: TestContext, tool: string): void {
  if (isInstalled(tool)) return
  if (process.env.CI === 'true') throw new Error(`${tool} is not on this machine: CI needs it`)
  context.skip(`${tool} is not on this machine`)
}
