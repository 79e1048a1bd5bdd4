import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, type TestContext } from 'vitest'
import { requireTool } from '../support/require-tool.ts'
import { type Files, failedRun, sampleKeys, sampleLog, sampleRun } from '../support/sample-bundle.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { tamperedBundles } from '../support/tampered-bundles.ts'

/**
 * Our checkpoints, inclusion and consistency proofs, read by the code of Go's checksum database (`golang.org/x/mod/sumdb`), and proofs and policy
 * by torchwood, which know nothing of us. Cosign is not built here: that takes three minutes on two cores, and 3 GB. Version 3.1.3 accepted
 * a bundle as VERIFY.md says, and refused another document; envelopes are verified by others in `dsse.test.ts` and `sigstore.test.ts`.
 */

const scratch = scratchDirectory()
const source = join(import.meta.dirname, '../support/read-log')
let program: string | undefined
/** Torchwood is written in this Go; one of 1.21 or newer fetches it by itself. */
const toolchain = { ...process.env, GOTOOLCHAIN: 'go1.27.3' }
const go = process.env.ODV_GO ?? 'go'

/** Built once; Go keeps what it compiled. */
function built(context: TestContext): string {
  requireTool(context, go)
  if (program === undefined) {
    program = join(scratch, 'read-log')
    execFileSync(go, ['build', '-o', program, '.'], { cwd: source, stdio: 'pipe', env: toolchain })
  }
  return program
}

function write(name: string, files: Files): string {
  const directory = join(scratch, name)
  for (const [path, body] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), body)
  }
  return directory
}

const run = (path: string, directory: string): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const child = execFile(path, [directory], (_, stdout) =>
      resolve({ code: child.exitCode ?? -1, said: stdout.trim() }),
    )
  })

const checks = ['checkpoint', 'consistency', 'inclusion']
const tampered = tamperedBundles.filter(({ check }) => checks.includes(check))

describe('the log in a bundle, read by Go', () => {
  it('holds, from every checkpoint to the newest and for every entry', async (context) => {
    const path = built(context)
    const log = sampleLog(sampleKeys())
    for (let n = 0; n < 9; n++) {
      failedRun(log, `run-${n}`)
      log.checkpoint()
    }
    sampleRun(log, { runId: 'run-9' })
    log.checkpoint()
    expect(await run(path, write('whole', log.bundle()))).toEqual({
      code: 0,
      said: 'holds 10 checkpoints 18 proofs 18 entries',
    })
  })

  it.for(tampered)('does not hold with $name', async ({ name, tampered: files }, context) => {
    const { code, said } = await run(built(context), write(name.replaceAll(' ', '-'), files()))
    expect({ code, isRefused: said.startsWith('DOES NOT HOLD') }).toEqual({ code: 1, isRefused: true })
  })
})
