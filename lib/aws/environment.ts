import { ConfigInvalid } from '../errors.ts'

/** What a deployment tells its functions about itself: names, not rights (serverless.yml, `provider.environment`). */
export type Environment = {
  region: string
  stage: string
  logId: string
  homeCountry: string
  evidenceBucket: string
  anchorBucket: string
  /** The account that this bucket belongs to, and the Region that it is in. */
  anchorAccount: string
  anchorRegion: string
  intakeBucket: string
  ledgerTable: string
  runStateTable: string
  /** ARNs of keys in KMS, in the order of their numbers. */
  attestationKeys: string[]
  logKeys: string[]
  caseKey: string
  eventBus: string
  /** What the ARNs of the state machines begin with; `-<name>` follows. */
  machines: string
  offshoreReadRole: string
  offshoreDeleteRole: string
  offshoreExternalId: string
  /** Memory of the function that scans, in MB. */
  scanMemory: number
  /** How long a scan task may take; a function has its `timeout`. */
  callSeconds?: number
  /** Whether the stage has scan tasks. */
  handsOver?: boolean
}

type Optional = 'callSeconds' | 'handsOver'

type Rule = { variable: string; pattern: RegExp; expected: string }

const name = { pattern: /^[A-Za-z0-9-]{1,64}$/, expected: 'letters, digits and hyphens' }
const bucket = { pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, expected: 'the name of a bucket' }
const region = { pattern: /^[a-z]{2,}(-[a-z0-9]+)+$/, expected: 'a Region' }
const table = { pattern: /^[A-Za-z0-9_.-]{3,255}$/, expected: 'the name of a table' }
const arnOfKey = 'arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+'
const key = { pattern: new RegExp(`^${arnOfKey}$`), expected: 'the ARN of a KMS key' }
const keys = { pattern: new RegExp(`^${arnOfKey}(,${arnOfKey})*$`), expected: 'ARNs of KMS keys, joined by commas' }
const bus = { pattern: /^[\w./-]{1,256}$/, expected: 'the name of an event bus' }
const machines = {
  pattern: /^arn:aws[a-z-]*:states:[a-z0-9-]+:[0-9]{12}:stateMachine:[A-Za-z0-9-]{1,64}$/,
  expected: 'the beginning of the ARN of a state machine',
}
const role = { pattern: /^[\w+=,.@-]{1,64}$/, expected: 'the name of a role' }

const rules: Record<Exclude<keyof Environment, Optional>, Rule> = {
  /** Lambda sets it. */
  region: { variable: 'AWS_REGION', ...region },
  stage: { variable: 'ODV_STAGE', ...name },
  logId: { variable: 'ODV_LOG_ID', ...name },
  homeCountry: { variable: 'ODV_HOME_COUNTRY', pattern: /^[A-Z]{2}$/, expected: 'a two-letter country code' },
  evidenceBucket: { variable: 'ODV_EVIDENCE_BUCKET', ...bucket },
  anchorBucket: { variable: 'ODV_ANCHOR_BUCKET', ...bucket },
  anchorAccount: { variable: 'ODV_ANCHOR_ACCOUNT', pattern: /^[0-9]{12}$/, expected: 'the number of an account' },
  anchorRegion: { variable: 'ODV_ANCHOR_REGION', ...region },
  intakeBucket: { variable: 'ODV_INTAKE_BUCKET', ...bucket },
  ledgerTable: { variable: 'ODV_LEDGER_TABLE', ...table },
  runStateTable: { variable: 'ODV_RUN_STATE_TABLE', ...table },
  attestationKeys: { variable: 'ODV_ATTESTATION_KEYS', ...keys },
  logKeys: { variable: 'ODV_LOG_KEYS', ...keys },
  caseKey: { variable: 'ODV_CASE_KEY', ...key },
  eventBus: { variable: 'ODV_EVENT_BUS', ...bus },
  machines: { variable: 'ODV_MACHINES', ...machines },
  offshoreReadRole: { variable: 'ODV_OFFSHORE_READ_ROLE', ...role },
  offshoreDeleteRole: { variable: 'ODV_OFFSHORE_DELETE_ROLE', ...role },
  offshoreExternalId: {
    variable: 'ODV_OFFSHORE_EXTERNAL_ID',
    pattern: /^[\w+=,.@:/-]{2,1224}$/,
    expected: 'an external ID',
  },
  scanMemory: {
    variable: 'ODV_SCAN_MEMORY',
    pattern: /^(57[6-9]|5[89]\d|[6-9]\d\d|[1-9]\d{3}|10([01]\d\d|2[0-3]\d|240))$/,
    expected: '576 to 10240 MB',
  },
}

const lists = new Set(['attestationKeys', 'logKeys'])

/** Given to some functions, and to tasks. */
const some: Rule[] = [
  { variable: 'ODV_CALL_SECONDS', pattern: /^(1\d{6}|[1-9]\d{2,5})$/, expected: '100 to 1999999 seconds' },
  { variable: 'ODV_SCAN_TASKS', pattern: /^(on|off)$/, expected: 'on or off' },
]

/** @throws ConfigInvalid naming every variable that is missing or unfit; values are not quoted. */
export function parseEnvironment(variables: Record<string, string | undefined>): Environment {
  const entries = Object.entries(rules)
  const asked = [...Object.values(rules), ...some.filter(({ variable }) => variables[variable] !== undefined)]
  const problems = asked.flatMap(({ variable, pattern, expected }) => {
    const value = variables[variable]
    if (value !== undefined && pattern.test(value)) return []
    return [`environment: ${variable}: expected ${expected}, got ${value === undefined ? 'none' : 'something else'}`]
  })
  if (problems.length > 0) throw new ConfigInvalid(problems.join('\n'))
  const names = Object.fromEntries(
    entries.map(([field, { variable }]) => [
      field,
      lists.has(field) ? variables[variable]!.split(',') : variables[variable],
    ]),
  ) as Omit<Environment, Optional | 'scanMemory'>
  const { ODV_CALL_SECONDS: callSeconds, ODV_SCAN_TASKS: tasks } = variables
  return {
    ...names,
    ...(callSeconds !== undefined && { callSeconds: Number(callSeconds) }),
    scanMemory: Number(variables.ODV_SCAN_MEMORY),
    ...(tasks !== undefined && { handsOver: tasks === 'on' }),
  }
}
