import { type ParseArgsConfig, parseArgs } from 'node:util'
import { UsageInvalid } from '../errors.ts'
import type { Place } from './deployment.ts'
import { nearest } from './nearest.ts'
import { defaultState } from './terminal.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const list = { type: 'string', multiple: true } as const

type Options = NonNullable<ParseArgsConfig['options']>

/** The options that a command knows; any other is a usage error. */
const commands: Record<string, Options> = {
  run: { manifest: text, store: list, config: text, resume: text, 'dry-run': flag, 'no-wait': flag, nightly: flag },
  status: { out: text },
  request: { out: text },
  ack: { file: text },
  export: { out: text, run: text, from: text, to: text },
  keys: { out: text, record: text },
  config: { manifest: text, replaces: text },
  scan: {
    manifest: text,
    index: list,
    forms: text,
    hashed: text,
    'hashed-example': text,
    'pictures-may-be-clean': flag,
  },
  index: { manifest: text, base: list, out: text, 'identifier-case': text, hashed: text, 'hashed-example': text },
  verify: { key: list, authority: list, since: text },
  correct: { entry: text, 'reason-file': text, 'approved-by': text },
  prove: { 'subject-from': text, bundle: text, out: text, run: text },
  'verify-proof': { bundle: text, key: list, authority: list, since: text },
  formats: {},
  demo: {},
}

/** What is asked of a deployment: by its state directory, or with `--aws` by its stage. */
const ofDeployment = ['run', 'status', 'request', 'ack', 'export', 'keys', 'prove', 'correct']
const onlyOnAws = ['config']
/** What needs a key of a state directory, on this machine alone. */
const withState = ['scan', 'index']

const aws: Options = { aws: flag, stage: text, region: text }

type Values = Record<string, string | boolean | string[] | undefined>
export type Parsed = { command: string; values: Values; positionals: string[]; place: Place }

/** What was typed behind `odv`, where the command comes first but for `--aws` and what belongs to it. @throws UsageInvalid */
export function parseCommand(argv: readonly string[], cwd: string): Parsed {
  const at = commandAt(argv)
  const command = argv[at]!
  const known = commands[command]
  if (known === undefined)
    throw new UsageInvalid(`odv ${command}: expected a command${meant(command, Object.keys(commands))}, see odv --help`)
  const options = {
    ...known,
    ...placesOf(command),
    json: flag,
    help: { type: 'boolean', short: 'h' },
  } satisfies Options
  const { values, positionals } = parse(command, argv.toSpliced(at, 1), options)
  return { command, values, positionals, place: placeOf(command, values, cwd) }
}

/** Where the command stands: `odv --aws --stage prod run` and `odv run --aws --stage prod` say the same. */
export function commandAt(argv: readonly string[]): number {
  let at = 0
  for (let word = argv[at]; word !== undefined; word = argv[at])
    if (word === '--aws' || /^--(?:stage|region)=/.test(word)) at += 1
    else if (word === '--stage' || word === '--region') at += 2
    else break
  return at
}

function placesOf(command: string): Options {
  if (ofDeployment.includes(command) || withState.includes(command)) return { ...aws, state: text }
  return aws
}

function parse(command: string, args: string[], options: Options) {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true, tokens: true })
    const given = parsed.tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []))
    // The last one would count, and what is in the others go unnoticed: of two manifests, one.
    const twice = given.find(
      (name, index) => options[name]!.type === 'string' && !options[name]!.multiple && given.indexOf(name) < index,
    )
    if (twice !== undefined) throw new UsageInvalid(`odv ${command}: --${twice}: expected it once, got it more often`)
    const empty = Object.entries(parsed.values).find(([, value]) => [value].flat().includes(''))
    if (empty !== undefined) throw new UsageInvalid(`odv ${command}: --${empty[0]}: expected a value, got an empty one`)
    return parsed as { values: Values; positionals: string[] }
  } catch (cause) {
    if (cause instanceof UsageInvalid) throw cause
    throw new UsageInvalid(`odv ${command}: ${problemOf(cause as Error, options)}, see odv ${command} --help`, {
      cause,
    })
  }
}

/** What is wrong with an option, from what Node says of it. */
function problemOf({ message }: Error, options: Options): string {
  const [, unknown] = /^Unknown option '(-[^']*)'/.exec(message) ?? []
  if (unknown !== undefined)
    return `expected no ${unknown}${meant(
      unknown,
      Object.keys(options).map((name) => `--${name}`),
    )}`
  const [, option, name] = /^Option '(?:-\w, )?(--([\w-]+))/.exec(message) ?? []
  if (name === undefined) return message
  return `${option}: expected ${options[name]?.type === 'string' ? 'a value' : 'no value'}`
}

function meant(typed: string, names: readonly string[]): string {
  const name = nearest(typed, names)
  return name === undefined ? '' : ` (did you mean ${name}?)`
}

function placeOf(command: string, { aws, stage, region, state, help }: Values, cwd: string): Place {
  if (aws === true) {
    if (![...ofDeployment, ...onlyOnAws].includes(command))
      throw new UsageInvalid(`odv ${command}: expected no --aws, since it works on this machine alone`)
    if (state !== undefined)
      throw new UsageInvalid(`odv ${command}: expected either --state (this machine) or --aws, not both`)
    return {
      kind: 'aws',
      ...(typeof stage === 'string' && { stage }),
      ...(typeof region === 'string' && { region }),
    }
  }
  if (stage !== undefined || region !== undefined)
    throw new UsageInvalid(`odv ${command}: expected --aws with --${stage === undefined ? 'region' : 'stage'}`)
  if (onlyOnAws.includes(command) && help !== true)
    throw new UsageInvalid(`odv ${command}: expected --aws, since on this machine odv.json is read as it is`)
  return { kind: 'machine', state: (state as string | undefined) ?? defaultState, cwd }
}
