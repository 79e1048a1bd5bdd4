import { createMatcher } from '../../../lib/scan/matcher.ts'
import { workspaceOf } from '../../../lib/scan/workspace-of.ts'
import { makeIndex } from '../../subject-index/make-index.ts'

/** Searches a text and says what was found, and whether in the kernel: bundled like a function by a test. */
const index = makeIndex(['7000000000000000001', 'bob@example.org'])
const offsets: number[] = []
const matcher = createMatcher(index, ({ offset }) => offsets.push(offset))
matcher.write(Buffer.from('{"id":7000000000000000001,"mail":"BOB@example.org"}\n'))
matcher.end()
// What was looked at is still in the kernel's memory.
const inKernel = workspaceOf(index)?.block.buffer.includes('BOB@example.org') === true
console.log(JSON.stringify({ offsets, records: matcher.records(), inKernel }))
