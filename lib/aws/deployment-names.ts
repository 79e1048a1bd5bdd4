/** Where a stage lives: one Region of one account. */
export type StageOf = { stage: string; partition: string; account: string; region: string }

/** The physical names of a stage, as serverless.yml and infra/ make them: all follow from where it lives. */
export type DeploymentNames = StageOf & {
  prefix: string
  evidenceBucket: string
  intakeBucket: string
  ledgerTable: string
  runStateTable: string
  logId: string
  /** Aliases of keys, by their numbers: for looking at public halves. */
  attestationKey(number: number): string
  logKey(number: number): string
  caseKey: string
  /** What the ARNs of the state machines begin with; `-<name>` follows. */
  machines: string
}

export function namesOf(where: StageOf): DeploymentNames {
  const prefix = `odv-${where.stage}`
  const bucket = (what: string) => `${prefix}-${what}-${where.account}-${where.region}`
  return {
    ...where,
    prefix,
    evidenceBucket: bucket('evidence'),
    intakeBucket: bucket('intake'),
    ledgerTable: `${prefix}-ledger`,
    runStateTable: `${prefix}-run-state`,
    logId: prefix,
    attestationKey: (number) => `alias/${prefix}-attestation${ofNumber(number)}`,
    logKey: (number) => `alias/${prefix}-log${ofNumber(number)}`,
    caseKey: `alias/${prefix}-case`,
    machines: `arn:${where.partition}:states:${where.region}:${where.account}:stateMachine:${prefix}`,
  }
}

/** The first key was there before there were others. */
const ofNumber = (number: number) => (number === 1 ? '' : `-${number}`)

export const functionName = ({ prefix }: DeploymentNames, name: string) => `${prefix}-${name}`
