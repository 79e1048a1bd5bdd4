import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const lib = resolve(import.meta.dirname, '../../lib')

/** Every module that the offline verifier loads, with the text of its imports. */
function reached(from: string, seen = new Map<string, string[]>()): Map<string, string[]> {
  if (seen.has(from)) return seen
  const imports = [...readFileSync(from, 'utf8').matchAll(/^(?:import|export) (?!type )[^'"]*from '[^']+'/gms)].map(
    ([statement]) => statement,
  )
  seen.set(from, imports)
  for (const statement of imports) {
    const target = /'(\.[^']+)'$/.exec(statement)?.[1]
    for (const path of target ? [resolve(dirname(from), target)] : []) reached(path, seen)
  }
  return seen
}

describe('the offline verifier', () => {
  const modules = reached(resolve(lib, 'export/verify-bundle.ts'))
  const imports = [...modules.values()].flat()

  it('is made of pure stages only', () => {
    const folders = [...modules.keys()].map((path) => relative(lib, path).split('/')[0]!)
    expect(modules.size).toBeGreaterThan(30)
    expect(folders.filter((folder) => /^(pipeline|local|aws|cli|\.\.)$/.test(folder))).toEqual([])
  })

  it('loads no package but zod, and of Node neither files nor network', () => {
    const packages = new Set(imports.map((each) => /'([^.'][^']*)'$/.exec(each)?.[1]).filter(Boolean))
    const allowed = ['node:crypto', 'node:util', 'node:zlib', 'node:buffer', 'zod/mini']
    expect([...packages].filter((each) => !allowed.includes(each!))).toEqual([])
  })

  it('cannot sign: it takes nothing from crypto that reads or makes a private key', () => {
    const crypto = imports.filter((each) => each.endsWith("'node:crypto'")).join()
    expect(crypto).toContain('verify')
    expect(crypto).not.toMatch(/\b(sign|createSign|createPrivateKey|generateKey\w*|createSecretKey)\b/)
    expect(crypto).not.toMatch(/\* as/)
  })
})
