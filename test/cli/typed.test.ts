import { expect, it } from 'vitest'
import { typedAs } from '../../lib/cli/typed.ts'

const script = '/opt/odv/lib/cli/odv.mjs'

it.each([
  ['/opt/odv', script, 'npx odv'],
  ['/opt/odv/odv-demo', script, 'npx odv'],
  // Here `npx odv` would be somebody else's program.
  ['/opt/odv-2', script, `node ${script}`],
  ['/home/jane', script, `node ${script}`],
  ['/home/jane', "/opt/it's/odv.mjs", "node '/opt/it'\\''s/odv.mjs'"],
  ['/home/jane', '/usr/bin/odv', 'odv'],
])('in %s a command that is shown begins with what finds this program', (cwd, given, typed) => {
  expect(typedAs({ script: given, root: '/opt/odv', cwd })).toBe(typed)
})
