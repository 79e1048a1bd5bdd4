import { describe, expect, it } from 'vitest'
import { commandAt, parseCommand } from '../../lib/cli/parse-command.ts'

const parse = (...argv: string[]) => parseCommand(argv, '/here')

describe('where a command runs', () => {
  for (const argv of [
    ['--aws', 'run'],
    ['run', '--aws'],
    ['run', '--aws', '--no-wait'],
    ['--aws', 'run', '--no-wait'],
  ])
    it(`is AWS for ${argv.join(' ')}`, () => {
      expect(parse(...argv)).toMatchObject({ command: 'run', place: { kind: 'aws' } })
    })

  for (const argv of [
    ['--aws', '--stage', 'prod', '--region', 'eu-west-1', 'status', 'run-1'],
    ['--stage=prod', '--aws', '--region=eu-west-1', 'status', 'run-1'],
    ['--aws', 'status', '--stage', 'prod', 'run-1', '--region', 'eu-west-1'],
    ['status', 'run-1', '--region', 'eu-west-1', '--stage', 'prod', '--aws'],
  ])
    it(`is a stage for ${argv.join(' ')}`, () => {
      const { command, positionals, place } = parse(...argv)
      expect([command, positionals, place]).toEqual([
        'status',
        ['run-1'],
        { kind: 'aws', stage: 'prod', region: 'eu-west-1' },
      ])
    })

  it('is this machine otherwise, in the directory of state that is named', () => {
    expect(parse('status').place).toEqual({ kind: 'machine', state: '.odv', cwd: '/here' })
    expect(parse('status', '--state', 'x').place).toEqual({ kind: 'machine', state: 'x', cwd: '/here' })
  })

  for (const [argv, says] of [
    [['status', '--stage', 'prod'], /expected --aws with --stage/],
    [['--region', 'eu-west-1', 'status'], /expected --aws with --region/],
    [['config'], /odv config: expected --aws/],
    [['--aws', 'verify', 'bundle'], /odv verify: expected no --aws/],
    [['--aws', 'scan', '.'], /odv scan: expected no --aws/],
    [['--aws', 'status', '--state', 'x'], /either --state .* or --aws/],
    [['--aws', 'config', '--state', 'x'], /--state/],
    [['--aws', 'stat'], /odv stat: expected a command/],
    [['rnu'], /^odv rnu: expected a command \(did you mean run\?\), see odv --help$/],
    [['x'], /^odv x: expected a command, see odv --help$/],
    [['run', '--manifst', 'x'], /^odv run: expected no --manifst \(did you mean --manifest\?\), see odv run --help$/],
    [['run', '--dryrun'], /did you mean --dry-run\?/],
    [['scan', '-m', 'x'], /^odv scan: expected no -m, see odv scan --help$/],
    [['run', '--state'], /^odv run: --state: expected a value, see odv run --help$/],
    [['run', '--state', '--json'], /^odv run: --state: expected a value/],
    [['run', '--json=x'], /^odv run: --json: expected no value/],
    [['run', '--manifest', 'a', '--manifest', 'b'], /^odv run: --manifest: expected it once, got it more often$/],
    [['--stage=a', '--aws', 'run', '--stage', 'b'], /--stage: expected it once/],
    [['run', '--state='], /^odv run: --state: expected a value, got an empty one$/],
    [['run', '--store', 'a=b', '--store', ''], /^odv run: --store: expected a value, got an empty one$/],
  ] as const)
    it(`is refused for ${argv.join(' ')}`, () => {
      expect(() => parse(...argv)).toThrow(says)
    })

  it('finds no command where there is none', () => {
    expect(['--aws', '--stage', 'prod'][commandAt(['--aws', '--stage', 'prod'])]).toBeUndefined()
  })
})
