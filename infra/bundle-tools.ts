import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { lettersData } from '../lib/export/report/pdf/generated-letters.ts'

/** What every filing bundle brings for its reader. */
type BundleTools = { verifyScript: string; verifyLogScript: string }

/** What the verifier uses and Node.js 18 does not have; a test runs it there. */
const older: Plugin = {
  name: 'node-18',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:crypto$/ }, ({ namespace }) =>
      namespace === 'node-18' ? { path: 'node:crypto', external: true } : { path: 'crypto', namespace: 'node-18' },
    )
    onLoad({ filter: /.*/, namespace: 'node-18' }, () => ({
      contents: `import * as own from 'node:crypto'
const { createHash } = own
export { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
export const hash = own.hash ?? ((algorithm, data, encoding = 'hex') => {
  const digest = createHash(algorithm).update(data).digest()
  return encoding === 'buffer' ? digest : digest.toString(encoding)
})
String.prototype.isWellFormed ??= function () {
  return !/\\p{Surrogate}/u.test(this)
}
Array.prototype.toSorted ??= function (compare) {
  return [...this].sort(compare)
}
Map.groupBy ??= (items, keyOf) => {
  const groups = new Map()
  for (const item of items) {
    const key = keyOf(item)
    if (!groups.has(key)) groups.set(key, [])
    groups.get(key).push(item)
  }
  return groups
}
`,
    }))
  },
}

/** Builds the tools from their sources; the same sources and dependencies give the same bytes. */
async function buildTools(root: string): Promise<BundleTools> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['lib/cli/verify-script.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node18',
    format: 'esm',
    mainFields: ['module', 'main'],
    preserveSymlinks: true,
    plugins: [older],
    legalComments: 'inline',
    banner: { js: '// The offline verifier of a filing bundle: node verify.mjs --help' },
    logLevel: 'error',
  })
  return {
    verifyScript: outputFiles[0]!.text,
    verifyLogScript: readFileSync(join(root, 'lib/export/tools/verify-log.py'), 'utf8'),
  }
}

/** The tools as the module that `lib/export` imports. */
export async function toolsModule(root: string): Promise<string> {
  const { verifyScript, verifyLogScript } = await buildTools(root)
  // Functions hold the letters anyway, and should not hold them twice; those that need neither leave out what is marked as pure.
  const [before, after, ...more] = verifyScript.split(lettersData)
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error('tools: expected a verifier that holds the letters of the printed report once, got another')
  return `// Made by "npm run build:tools" from the sources beside it; a test makes it again and compares.
import { lettersData } from '../report/pdf/generated-letters.ts'

export const verifyScript = /* @__PURE__ */ [
  ${JSON.stringify(before)},
  ${JSON.stringify(after)},
].join(lettersData)
export const verifyLogScript =
  ${JSON.stringify(verifyLogScript)}
`
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  writeFileSync(join(root, 'lib/export/tools/generated.ts'), await toolsModule(root))
}
