import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import type { Plugin } from 'esbuild'
import { isBundled, stateOfSources } from '../lib/cli/sources.ts'
import { buildNames } from './build-names.ts'

/** What is started by its name; all else is in pieces that these load. */
const entryPoints = ['lib/cli/main', 'lib/cli/embedded-ports', 'lib/local/sandbox/worker'].map((name) => `${name}.ts`)
const starter = 'lib/local/sandbox/start-worker.mjs'

/**
 * Makes `dist/`: the command line in a hundred files instead of more than a thousand, which takes half the time to start. It is used as
 * long as the sources are those that it was made from (`odv.mjs`), so that nobody runs what he has changed since.
 */
export async function bundleProgram(root: string): Promise<void> {
  if (isBundled(root)) return
  // An installation without what is for development has no bundler, and runs its sources.
  const esbuild = await import('esbuild').catch(() => undefined)
  if (esbuild === undefined)
    return console.error('odv: esbuild is not installed: the program will run from its sources')
  const sources = stateOfSources(root)
  const outdir = join(root, 'dist')
  rmSync(outdir, { recursive: true, force: true })
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [...entryPoints, starter],
    outdir,
    entryNames: '[name]',
    chunkNames: '[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    define: buildNames(root),
    plugins: [places(root, outdir)],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'error',
  })
  // Last: what was not finished is not used.
  writeFileSync(join(outdir, 'sources.txt'), sources)
}

/** What a source names beside itself is beside the bundle, or, when it is not bundled, where it was. */
const places = (root: string, outdir: string): Plugin => ({
  name: 'places',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]lib[\\/](?:cli|local)[\\/].*\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replaceAll(
        /new URL\((['`])([^'`]+)\1, import\.meta\.url\)/g,
        (_, quote: string, name: string) => {
          const target = join(dirname(path), name)
          const isEntry = [...entryPoints, starter].includes(asUrl(relative(root, target)))
          const place = isEntry
            ? `./${basename(target).replace(/\.m?[jt]s$/, '.mjs')}`
            : asUrl(relative(outdir, target))
          return `new URL(${quote}${place}${quote}, import.meta.url)`
        },
      ),
    }))
  },
})

const asUrl = (path: string) => path.replaceAll(sep, '/')

if (import.meta.main) await bundleProgram(join(import.meta.dirname, '..'))
