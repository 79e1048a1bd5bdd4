import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeManifest } from '../../lib/cli/views/manifest-view.ts'
import { statementsOf, withState } from '../support/attested.ts'
import { openStore } from '../support/pipeline.ts'

it('a run over identifiers that begin with zeros says, and attests, that numbers without them were not looked for', async () => {
  const place = await openStore({ 'a.jsonl': '{"id":12345678}\n' }, {}, {}, '0012345678\n98765432\n')
  const { runId } = await place.run()
  const document = JSON.parse(readFileSync(join(place.paths.evidence, 'runs', runId, 'manifest.json'), 'utf8'))
  expect(describeManifest(document).join('\n')).toMatch(
    /1 line \(1\): a number that begins with zeros: not found where/,
  )
  await withState(place.paths.root, async (ports) => {
    const statements = await statementsOf(ports)
    expect(statements.length).toBeGreaterThan(3)
    for (const { predicate } of statements)
      expect(predicate.limitations.join('\n')).toContain('begin with zeros were looked for with all of these')
  })
})
