import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { build } from 'esbuild'
import { buildNames } from './build-names.ts'
import { formatZip } from './zip.ts'

/** Names of the Lambda functions: one file each in `functions/`, beside what wraps them (`*runtime.ts`). */
export function functionNames(root: string): string[] {
  return readdirSync(join(root, 'functions'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('runtime.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort()
}

/**
 * Makes `.build/<name>.zip` for every function: `index.mjs`, one ES module with all it needs, and its source map. The
 * same sources and dependencies give the same bytes, wherever the project lies.
 */
export async function bundle(root: string): Promise<void> {
  const outputFiles = await bundleEntries(
    root,
    functionNames(root).map((name) => ({ in: `functions/${name}.ts`, out: `${name}/index` })),
  )
  rmSync(join(root, '.build'), { recursive: true, force: true })
  mkdirSync(join(root, '.build'))
  for (const [name, files] of Map.groupBy(outputFiles, ({ path }) => basename(dirname(path)))) {
    const entries = files.map(({ path, contents }) => ({ name: basename(path), bytes: contents }))
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    writeFileSync(join(root, '.build', `${name}.zip`), formatZip(entries))
  }
}

/** The files of bundles, as they are deployed; nothing is written. */
export async function bundleEntries(
  root: string,
  entryPoints: { in: string; out: string }[],
): Promise<{ path: string; contents: Uint8Array }[]> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: '.build',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    define: buildNames(root),
    minify: true,
    // Powertools and the SDK read class names.
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    // Source maps name sources by their way from `.build`; a linked `node_modules` must not change it.
    preserveSymlinks: true,
    logLevel: 'error',
  })
  return outputFiles
}
