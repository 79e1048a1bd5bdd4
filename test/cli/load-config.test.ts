import { expect, it } from 'vitest'
import { loadConfig } from '../../lib/cli/load-config.ts'
import { configText, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

const channel = { kind: 'delete-files', owner: 'user_id' }
const stores = ['sg', 'ie'].map((id) => ({ id, root: id, country: id.toUpperCase(), channel }))

function load(...named: string[]) {
  const cwd = scratchDirectory()
  writeFiles(cwd, { 'odv.json': configText({ stores }) })
  return loadConfig({ stores: named, cwd })
}

it('tells which configured stores were not picked', async () => {
  expect((await load()).leftOut).toBeUndefined()
  const { stores, leftOut } = await load('ie', 'other=elsewhere')
  expect([stores.map((store) => [store.id, store.channel.kind]), leftOut]).toEqual([
    [
      ['ie', 'delete-files'],
      ['other', 'none'],
    ],
    ['sg'],
  ])
})

it('gives no deletion channel to a store that is named with its directory, and refuses the name of a configured one', async () => {
  await expect(load('ie=ie')).rejects.toThrow(
    '--store ie=ie: expected another id, since the configuration has a store ie: --store ie is that one, with its deletion channel (delete-files)',
  )
})
