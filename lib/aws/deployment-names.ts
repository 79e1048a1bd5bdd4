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
  attestationKey: string
  logKey: string
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
    attestationKey: `alias/${prefix}-attestation`,
    logKey: `alias/${prefix}-log`,
    caseKey: `alias/${prefix}-case`,
    machines: `arn:${where.partition}:states:${where.region}:${where.account}:stateMachine:${prefix}`,
  }
}

export const functionName = ({ prefix }: DeploymentNames, name: string) => `${prefix}-${name}`
