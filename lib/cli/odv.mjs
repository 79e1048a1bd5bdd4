#!/usr/bin/env node
// The program needs Node.js 24. On an older one this goes on with the Node.js that npm installed beside it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'

const wanted = 24
const isNewEnough = Number(process.versions.node.split('.')[0]) >= wanted

if (isNewEnough) {
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    // node:sqlite says at every start that it is young.
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`)
  })
  // Beside what was installed, where nobody can write who could not change the program itself; a place to write is not needed.
  nodeModule.enableCompileCache?.(fileURLToPath(new URL('../../node_modules/.cache/odv', import.meta.url)))
  // In a hundred files instead of a thousand it starts in half the time (infra/bundle-program.ts).
  const { isBundled } = await import('./sources.ts')
  await import(isBundled(fileURLToPath(new URL('../..', import.meta.url))) ? '../../dist/main.mjs' : './main.ts')
} else {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  const bundled = ['.bin/node', `node-${platform}-${process.arch}/bin/${binary}`]
    .map((path) => fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url)))
    .find((path) => existsSync(path))
  if (bundled === undefined || process.env.ODV_NODE === 'bundled') {
    process.stderr.write(
      `odv: node: expected Node.js ${wanted} or newer, got ${process.versions.node}; npm ci (without --omit=optional) brings one, or install it\n`,
    )
    process.exit(64)
  }
  const child = spawn(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, ODV_NODE: 'bundled' },
  })
  // Who ends this one ends the program. A terminal interrupts both, and a second interruption would not wait for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal === 'SIGINT' ? 'SIGTERM' : signal))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
