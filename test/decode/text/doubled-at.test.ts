import { expect, it } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'

const addressIn = async (text: string) => {
  const { contents } = await collect(inPieces(Buffer.from(text), [50]))
  return Object.values(textsOf(contents)).some((each) => each.includes('jane.doe@example.org'))
}

for (const head of [
  'head\t1.1;\naccess;\n',
  '\nhead\t1.1;\nbranch\t1.1.1;\nlocks; strict;\n',
  'head     1.4;\naccess   ;\n',
  '@pv@ 1 @db.x@ ',
  '@nx@ 0 1347379053 @30@ 2 0 0 0 0 @/p4@ @jnl@ @@ @@ @@\n',
  '\n@ex@ 3471 1347379053\n@pv@ 0 @db.x@ ',
])
  it(`an address is one again behind ${JSON.stringify(head)}`, async () => {
    expect(await addressIn(`${head}@mail jane.doe@@example.org@\n`)).toBe(true)
  })

it('other text that begins alike is as it was', async () => {
  for (const head of ['head of it; ', '@param x ', 'head 1 of 2\n'])
    expect(await addressIn(`${head}@mail jane.doe@@example.org@\n`)).toBe(false)
})
