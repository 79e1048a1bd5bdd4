import { spawnSync } from 'node:child_process'
import type { TestContext } from 'vitest'

/** A Python with the libraries that CI installs. */
const python = process.env.ODV_TABLE_READERS ?? 'python3'

/**
 * Runs a Python program that reads a file from its standard input and prints JSON. Where its libraries are missing the test is skipped, saying
 * so; in CI that is a failure.
 */
export function readByPython(context: TestContext, libraries: string, program: string, file: Uint8Array): unknown {
  const imports = `import io, json, os, sys, ${libraries}`
  // Threads of pyarrow are still there at the end, and sometimes abort a Python that ends by itself.
  const end = 'sys.stdout.flush()\nos._exit(0)'
  const { status, stdout, stderr } = spawnSync(python, ['-c', `${imports}\n${program}\n${end}`], { input: file })
  if (status !== 0) {
    const areThere = spawnSync(python, ['-c', `${imports}\n${end}`]).status === 0
    if (areThere) throw new Error(`the program ends with ${status}: ${stderr}`)
    if (process.env.CI === 'true') throw new Error(`${libraries} is not on this machine: CI needs it`)
    context.skip(`${libraries} is not on this machine`)
  }
  return JSON.parse(String(stdout))
}
