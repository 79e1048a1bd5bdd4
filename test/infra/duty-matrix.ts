import { account } from './intrinsics.ts'
import type { Request } from './policy-evaluation.ts'

const key = (id: string) => `arn:aws:kms:us-east-1:${account}:key/${id}`
const bucket = (name: string) => `arn:aws:s3:::odv-dev-${name}-${account}-us-east-1`
const lambda = (name: string) => `arn:aws:lambda:us-east-1:${account}:function:odv-dev-${name}`
const machine = (name: string) => `arn:aws:states:us-east-1:${account}:stateMachine:odv-dev-${name}`
const execution = (name: string) => `arn:aws:states:us-east-1:${account}:execution:odv-dev-${name}:run-1`
const bus = `arn:aws:events:us-east-1:${account}:event-bus/odv-dev-events`
const ledger = `arn:aws:dynamodb:us-east-1:${account}:table/odv-dev-ledger`
const runState = `arn:aws:dynamodb:us-east-1:${account}:table/odv-dev-run-state`

const digest = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' }
const pure = { 'kms:SigningAlgorithm': 'ED25519_SHA_512', 'kms:MessageType': 'RAW' }
const prehashed = { ...pure, 'kms:SigningAlgorithm': 'ED25519_PH_SHA_512' }
const viaS3 = { 'kms:ViaService': 's3.us-east-1.amazonaws.com' }
const created = { 's3:ObjectCreationOperation': 'true' }
const once = { ...created, 's3:if-none-match': '*' }
const item = (...keys: string[]) => ({ 'dynamodb:LeadingKeys': keys })
const inTransaction = (...keys: string[]) => ({ ...item(...keys), 'dynamodb:EnclosingOperation': 'TransactWriteItems' })
const entry = 'LOG#odv-dev#E#0'
const head = 'LOG#odv-dev'
const reservation = 'IDEM#odv-dev'
const checkpoint = 'LOG#odv-dev#CP'
const external = (id: string) => ({ 'sts:ExternalId': id })

/**
 * What can be done in the stack, as requests to AWS, and the roles that may do it (without their prefix). The first
 * four duties are those that nobody may hold two of.
 */
export const separated = ['read a store', 'delete in a store', 'sign an attestation', 'sign a checkpoint'] as const

const scanning = ['plan-listing', 'restore-archived', 'scan-batch', 'take-inventory']
const documents = [
  'acknowledge',
  'attest',
  'build-index',
  'close-run',
  'decide-verdict',
  'estimate-cost',
  'execute-deletion',
  'export-bundle',
  'open-run',
  'plan-batches',
  'plan-listing',
  'plan-segment',
  'post-acknowledgement',
  'propose-correction',
  'request-deletion',
  'restore-archived',
  'scan-batch',
  'settle-coverage',
  'settle-segment',
  'settle-subjects',
  'take-inventory',
]

const trackers = [
  'acknowledge',
  'close-run',
  'estimate-cost',
  'notify-custodian',
  'open-run',
  'post-acknowledgement',
  'propose-correction',
  'request-deletion',
]

/** Whoever deletes, scans or answers cannot write what the verdict is made of, nor the other way round. */
const pass = 'stores/s/pass-0'
const writers: { document: string; roles: string[] }[] = [
  { document: 'config.json', roles: ['open-run'] },
  { document: 'subject-index', roles: ['build-index'] },
  { document: 'manifest-refused.json', roles: ['build-index'] },
  { document: 'scope.json', roles: ['build-index'] },
  { document: 'scope-tree.json', roles: ['build-index'] },
  { document: 'scope-tree/000000000.leaves', roles: ['build-index'] },
  { document: 'scope-tree/000000000.nodes', roles: ['build-index'] },
  { document: 'result-tree/000000000.leaves', roles: ['settle-subjects'] },
  { document: 'result-tree/000000000.nodes', roles: ['settle-subjects'] },
  { document: 'subjects.json', roles: ['settle-subjects'] },
  { document: `${pass}/segments.json`, roles: ['plan-listing'] },
  { document: `${pass}/segments/000000000/opening/000000000.jsonl`, roles: ['take-inventory'] },
  { document: `${pass}/segments/000000000/closing/000000000.jsonl`, roles: ['take-inventory'] },
  { document: `${pass}/batches.jsonl`, roles: ['plan-batches'] },
  { document: `${pass}/batches/000000000.jsonl`, roles: ['scan-batch'] },
  { document: `${pass}/scan-legs/000000000/000000000.jsonl`, roles: ['scan-batch'] },
  { document: `${pass}/restore.json`, roles: ['restore-archived'] },
  { document: `${pass}/segments/000000000/found/000000000.jsonl`, roles: ['settle-segment'] },
  { document: `${pass}/segments/000000000/counts/000000000`, roles: ['settle-segment'] },
  // A star in a policy is also of what lies deeper.
  { document: `${pass}/segments/000000000/coverage.json`, roles: ['settle-coverage', 'settle-segment'] },
  { document: `${pass}/coverage.json`, roles: ['settle-coverage'] },
  { document: `${pass}/request.json`, roles: ['request-deletion'] },
  { document: `${pass}/requested/000000000.jsonl`, roles: ['request-deletion'] },
  { document: `${pass}/deletions/000000000.json`, roles: ['execute-deletion'] },
  { document: `${pass}/deletion-legs/000000000.json`, roles: ['execute-deletion'] },
  { document: `${pass}/acknowledgement.json`, roles: ['acknowledge', 'execute-deletion', 'post-acknowledgement'] },
  { document: 'stores/s/report.json', roles: ['decide-verdict'] },
  { document: 'summary.json', roles: ['close-run'] },
  { document: 'cost.json', roles: ['estimate-cost'] },
  { document: 'corrections/12.json', roles: ['propose-correction'] },
]

export const dutyMatrix: ({ duty: string; roles: string[] } & Request)[] = [
  {
    duty: 'read a store',
    action: 'sts:AssumeRole',
    resource: 'arn:aws:iam::999900001111:role/odv-dev-offshore-read',
    context: external('odv-dev'),
    roles: scanning,
  },
  {
    duty: 'read a store without the external id',
    action: 'sts:AssumeRole',
    resource: 'arn:aws:iam::999900001111:role/odv-dev-offshore-read',
    roles: [],
  },
  {
    duty: 'read a store of another stage',
    action: 'sts:AssumeRole',
    resource: 'arn:aws:iam::999900001111:role/odv-prod-offshore-read',
    context: external('odv-dev'),
    roles: [],
  },
  {
    duty: 'delete in a store',
    action: 'sts:AssumeRole',
    resource: 'arn:aws:iam::999900001111:role/odv-dev-offshore-delete',
    context: external('odv-dev'),
    roles: ['execute-deletion'],
  },
  {
    duty: 'have the credentials that read a store that is not of AWS',
    action: 'secretsmanager:GetSecretValue',
    resource: `arn:aws:secretsmanager:us-east-1:${account}:secret:odv-dev/read/oss-AbCdEf`,
    roles: scanning,
  },
  {
    duty: 'have the credentials that delete in a store that is not of AWS',
    action: 'secretsmanager:GetSecretValue',
    resource: `arn:aws:secretsmanager:us-east-1:${account}:secret:odv-dev/delete/oss-AbCdEf`,
    roles: ['execute-deletion'],
  },
  {
    duty: 'have the credentials of another stage’s store',
    action: 'secretsmanager:GetSecretValue',
    resource: `arn:aws:secretsmanager:us-east-1:${account}:secret:odv-prod/read/oss-AbCdEf`,
    roles: [],
  },
  {
    duty: 'become another role',
    action: 'sts:AssumeRole',
    resource: `arn:aws:iam::${account}:role/odv-dev-attest`,
    context: external('odv-dev'),
    roles: [],
  },

  {
    duty: 'sign an attestation',
    action: 'kms:Sign',
    resource: key('AttestationKey'),
    context: digest,
    roles: ['attest'],
  },
  { duty: 'sign a raw message', action: 'kms:Sign', resource: key('AttestationKey'), context: pure, roles: [] },
  { duty: 'sign a checkpoint', action: 'kms:Sign', resource: key('LogKey'), context: pure, roles: ['sign-checkpoint'] },
  { duty: 'sign a pre-hashed checkpoint', action: 'kms:Sign', resource: key('LogKey'), context: prehashed, roles: [] },
  {
    duty: 'read the attestation key’s public half',
    action: 'kms:GetPublicKey',
    resource: key('AttestationKey'),
    roles: [
      'attest',
      'check-bundle',
      'export-bundle',
      'key-ceremony',
      'propose-correction',
      'retire-key',
      'sign-checkpoint',
    ],
  },
  {
    duty: 'read the log key’s public half',
    action: 'kms:GetPublicKey',
    resource: key('LogKey'),
    roles: ['attest', 'check-bundle', 'export-bundle', 'key-ceremony', 'retire-key', 'sign-checkpoint'],
  },
  { duty: 'make the case key', action: 'kms:GenerateDataKey', resource: key('CaseKey'), roles: ['build-index'] },
  {
    duty: 'unwrap the case key',
    action: 'kms:Decrypt',
    resource: key('CaseKey'),
    roles: [
      'build-index',
      'execute-deletion',
      'export-bundle',
      'plan-listing',
      'proof-desk',
      'propose-correction',
      'request-desk',
      'restore-archived',
      'scan-batch',
      'settle-segment',
      'take-inventory',
    ],
  },
  {
    duty: 'decrypt evidence other than through S3',
    action: 'kms:Decrypt',
    resource: key('EvidenceKey'),
    roles: [],
  },
  ...['kms:CreateGrant', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:DisableKey', 'kms:EnableKey'].flatMap(
    (action) =>
      ['AttestationKey', 'LogKey', 'CaseKey', 'EvidenceKey'].map((id) => ({
        duty: `${action} on ${id}`,
        action,
        resource: key(id),
        roles: action === 'kms:DisableKey' && ['AttestationKey', 'LogKey'].includes(id) ? ['retire-key'] : [],
      })),
  ),

  {
    duty: 'reserve an envelope',
    action: 'dynamodb:PutItem',
    resource: ledger,
    context: item(reservation),
    roles: ['attest'],
  },
  {
    duty: 'append an entry',
    action: 'dynamodb:PutItem',
    resource: ledger,
    context: inTransaction(entry),
    roles: ['attest'],
  },
  {
    duty: 'put an entry without moving the head',
    action: 'dynamodb:PutItem',
    resource: ledger,
    context: item(entry),
    roles: [],
  },
  {
    duty: 'move the head',
    action: 'dynamodb:UpdateItem',
    resource: ledger,
    context: inTransaction(head),
    roles: ['attest'],
  },
  {
    duty: 'mark a reservation as logged',
    action: 'dynamodb:UpdateItem',
    resource: ledger,
    context: inTransaction(reservation),
    roles: ['attest'],
  },
  {
    duty: 'store a checkpoint',
    action: 'dynamodb:PutItem',
    resource: ledger,
    context: item(checkpoint),
    roles: ['sign-checkpoint'],
  },
  {
    duty: 'write to the log of another stage',
    action: 'dynamodb:PutItem',
    resource: ledger,
    context: inTransaction('LOG#odv-prod#E#0'),
    roles: [],
  },
  ...[entry, checkpoint].map((pk) => ({
    duty: `update ${pk}`,
    action: 'dynamodb:UpdateItem',
    resource: ledger,
    context: inTransaction(pk),
    roles: [],
  })),
  ...[entry, head, reservation, checkpoint].map((pk) => ({
    duty: `delete ${pk}`,
    action: 'dynamodb:DeleteItem',
    resource: ledger,
    context: inTransaction(pk),
    roles: [],
  })),
  ...['BatchWriteItem', 'PartiQLDelete', 'PartiQLUpdate', 'PartiQLInsert', 'UpdateTimeToLive', 'DeleteTable'].map(
    (action) => ({ duty: `${action} on the ledger`, action: `dynamodb:${action}`, resource: ledger, roles: [] }),
  ),
  {
    duty: 'read the ledger',
    action: 'dynamodb:Query',
    resource: ledger,
    context: item(entry),
    roles: [
      'attest',
      'check-bundle',
      'close-run',
      'export-bundle',
      'get-run',
      'key-ceremony',
      'open-run',
      'propose-correction',
      'request-deletion',
      'retire-key',
      'settle-subjects',
      'sign-checkpoint',
    ],
  },
  {
    duty: 'keep track of runs',
    action: 'dynamodb:PutItem',
    resource: runState,
    roles: trackers,
  },
  {
    duty: 'look up a run',
    action: 'dynamodb:GetItem',
    resource: runState,
    roles: [
      'acknowledge',
      'close-run',
      'estimate-cost',
      'get-run',
      'notify-custodian',
      'open-run',
      'post-acknowledgement',
      'post-export',
      'post-run',
      'propose-correction',
      'request-deletion',
      'request-desk',
    ],
  },

  {
    duty: 'anchor a checkpoint',
    action: 's3:PutObject',
    resource: `${bucket('anchor')}/checkpoints/1`,
    context: once,
    roles: ['sign-checkpoint'],
  },
  {
    duty: 'keep a timestamp',
    action: 's3:PutObject',
    resource: `${bucket('anchor')}/timestamps/1`,
    context: once,
    roles: ['stamp-checkpoint'],
  },
  {
    duty: 'replace a timestamp',
    action: 's3:PutObject',
    resource: `${bucket('anchor')}/timestamps/1`,
    context: created,
    roles: [],
  },
  {
    duty: 'write anything else beside the checkpoints',
    action: 's3:PutObject',
    resource: `${bucket('anchor')}/other/1`,
    context: once,
    roles: [],
  },
  {
    duty: 'read an anchored checkpoint',
    action: 's3:GetObject',
    resource: `${bucket('anchor')}/checkpoints/1`,
    roles: ['open-run', 'request-deletion', 'retire-key', 'sign-checkpoint', 'stamp-checkpoint'],
  },
  {
    duty: 'read a timestamp',
    action: 's3:GetObject',
    resource: `${bucket('anchor')}/timestamps/1`,
    roles: ['export-bundle'],
  },
  {
    duty: 'replace an anchored checkpoint',
    action: 's3:PutObject',
    resource: `${bucket('anchor')}/checkpoints/1`,
    context: created,
    roles: [],
  },
  {
    duty: 'write a document of no name that a task writes',
    action: 's3:PutObject',
    resource: `${bucket('evidence')}/runs/r/stores/s/pass-0/other.json`,
    context: once,
    roles: [],
  },
  ...writers.map(({ document, roles }) => ({
    duty: `write ${document}`,
    action: 's3:PutObject',
    resource: `${bucket('evidence')}/runs/r/${document}`,
    context: once,
    roles,
  })),
  {
    duty: 'write a document under another key',
    action: 's3:PutObject',
    resource: `${bucket('evidence')}/runs/r/config.json`,
    context: { ...once, 's3:x-amz-server-side-encryption-aws-kms-key-id': key('CaseKey') },
    roles: [],
  },
  {
    duty: 'write a document and name its key',
    action: 's3:PutObject',
    resource: `${bucket('evidence')}/runs/r/config.json`,
    context: { ...once, 's3:x-amz-server-side-encryption-aws-kms-key-id': key('EvidenceKey') },
    roles: ['open-run'],
  },
  {
    duty: 'replace a document',
    action: 's3:PutObject',
    resource: `${bucket('evidence')}/runs/r/config.json`,
    context: created,
    roles: [],
  },
  {
    duty: 'write a result of the map',
    action: 's3:PutObject',
    resource: `${bucket('evidence')}/runs/r/stores/s/pass-0/map-results/m/manifest.json`,
    context: created,
    roles: ['scan-store-machine'],
  },
  {
    duty: 'write a bundle',
    action: 's3:PutObject',
    resource: `${bucket('evidence')}/exports/e/MANIFEST.sha256`,
    context: once,
    roles: ['export-bundle'],
  },
  {
    duty: 'read a bundle',
    action: 's3:GetObject',
    resource: `${bucket('evidence')}/exports/e/MANIFEST.sha256`,
    roles: ['check-bundle', 'export-bundle'],
  },
  {
    duty: 'read anything without TLS',
    action: 's3:GetObject',
    resource: `${bucket('evidence')}/runs/r/config.json`,
    context: { 'aws:SecureTransport': 'false' },
    roles: [],
  },
  {
    duty: 'decrypt evidence through S3',
    action: 'kms:Decrypt',
    resource: key('EvidenceKey'),
    context: viaS3,
    roles: [
      ...documents,
      'check-bundle',
      'get-run',
      'proof-desk',
      'request-desk',
      'scan-store-machine',
      'stamp-checkpoint',
    ].sort(),
  },
  {
    duty: 'read a request',
    action: 's3:GetObject',
    resource: `${bucket('evidence')}/runs/r/${pass}/requested/000000000.jsonl`,
    roles: [...documents, 'request-desk'].sort(),
  },
  {
    duty: 'read what was taken back',
    action: 's3:GetObject',
    resource: `${bucket('evidence')}/runs/r/corrections/12.json`,
    roles: [...documents, 'request-desk'].sort(),
  },
  ...['subject-index', 'scope-tree/000000000.leaves', 'result-tree/000000000.nodes', 'subjects.json'].map((name) => ({
    duty: `read ${name}`,
    action: 's3:GetObject',
    resource: `${bucket('evidence')}/runs/r/${name}`,
    roles: [...documents, 'proof-desk'].sort(),
  })),
  {
    duty: 'read what a run found',
    action: 's3:GetObject',
    resource: `${bucket('evidence')}/runs/r/stores/s/pass-0/coverage.json`,
    roles: [...documents, 'request-desk'].sort(),
  },
  {
    duty: 'read the summary of a run',
    action: 's3:GetObject',
    resource: `${bucket('evidence')}/runs/r/summary.json`,
    roles: [...documents, 'get-run'].sort(),
  },
  {
    duty: 'read the cost of a run',
    action: 's3:GetObject',
    resource: `${bucket('evidence')}/runs/r/cost.json`,
    roles: [...documents, 'get-run'].sort(),
  },
  {
    duty: 'read the answer to a request',
    action: 's3:GetObject',
    resource: `${bucket('evidence')}/runs/r/stores/s/pass-0/acknowledgement.json`,
    roles: [...documents, 'notify-custodian'].sort(),
  },
  ...['evidence', 'anchor', 'intake'].flatMap((name) =>
    ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'].map((action) => ({
      duty: `${action} in the ${name} bucket`,
      action,
      resource: `${bucket(name)}/runs/r/config.json`,
      roles: [],
    })),
  ),
  {
    duty: 'read a transfer manifest',
    action: 's3:GetObject',
    resource: `${bucket('intake')}/manifests/ids.csv`,
    roles: ['build-index'],
  },
  {
    duty: 'read a version of a transfer manifest',
    action: 's3:GetObjectVersion',
    resource: `${bucket('intake')}/manifests/ids.csv`,
    roles: ['build-index'],
  },
  {
    duty: 'be told that a transfer manifest is not there, and not that it is forbidden',
    action: 's3:ListBucket',
    resource: bucket('intake'),
    roles: ['build-index'],
  },
  {
    duty: 'read the configuration',
    action: 's3:GetObject',
    resource: `${bucket('intake')}/config/odv.json`,
    roles: ['build-index', 'open-run'],
  },
  {
    duty: 'change the configuration',
    action: 's3:PutObject',
    resource: `${bucket('intake')}/config/odv.json`,
    roles: [],
  },

  {
    duty: 'answer a task token',
    action: 'states:SendTaskSuccess',
    resource: machine('verify-store'),
    roles: ['acknowledge', 'notify-custodian', 'post-acknowledgement'],
  },
  {
    duty: 'start a run',
    action: 'states:StartExecution',
    resource: machine('verify-run'),
    roles: ['post-run', 'scheduler'],
  },
  {
    duty: 'ask how a run stands',
    action: 'states:DescribeExecution',
    resource: execution('verify-run'),
    roles: ['get-run', 'post-run'],
  },
  {
    duty: 'ask how an export stands',
    action: 'states:DescribeExecution',
    resource: execution('export-filing'),
    roles: ['get-export', 'post-export'],
  },
  {
    duty: 'tell of a verdict',
    action: 'events:PutEvents',
    resource: bus,
    context: { 'events:source': 'odv', 'events:detail-type': 'odv.verdict' },
    roles: ['attest'],
  },
  {
    duty: 'tell of a request',
    action: 'events:PutEvents',
    resource: bus,
    context: { 'events:source': 'odv', 'events:detail-type': 'odv.request' },
    roles: ['notify-custodian'],
  },
  {
    duty: 'tell of something else',
    action: 'events:PutEvents',
    resource: bus,
    context: { 'events:source': 'odv', 'events:detail-type': 'odv.other' },
    roles: [],
  },
  {
    duty: 'tell of a verdict in another name',
    action: 'events:PutEvents',
    resource: bus,
    context: { 'events:source': 'other', 'events:detail-type': 'odv.verdict' },
    roles: [],
  },
  {
    duty: 'call the API',
    action: 'execute-api:Invoke',
    resource: `arn:aws:execute-api:us-east-1:${account}:api/$default/POST/runs`,
    roles: [],
  },
  {
    duty: 'start the verification of a store',
    action: 'states:StartExecution',
    resource: machine('verify-store'),
    roles: ['verify-run-machine'],
  },
  {
    duty: 'start a scan',
    action: 'states:StartExecution',
    resource: machine('scan-store'),
    roles: ['scan-store-machine', 'verify-run-machine', 'verify-store-machine'],
  },
  {
    duty: 'start an export',
    action: 'states:StartExecution',
    resource: machine('export-filing'),
    roles: ['post-export'],
  },
  {
    duty: 'have a correction written down',
    action: 'lambda:InvokeFunction',
    resource: lambda('propose-correction'),
    roles: ['correction-desk'],
  },
  {
    duty: 'have a correction attested',
    action: 'states:StartExecution',
    resource: machine('correct-entry'),
    roles: ['correction-desk'],
  },
  {
    duty: 'have a key changed',
    action: 'states:StartExecution',
    resource: machine('rotate-key'),
    roles: ['key-ceremony'],
  },
  {
    duty: 'have a key taken out of use',
    action: 'lambda:InvokeFunction',
    resource: lambda('retire-key'),
    roles: ['rotate-key-machine'],
  },
  {
    duty: 'have something deleted',
    action: 'lambda:InvokeFunction',
    resource: lambda('execute-deletion'),
    roles: ['verify-store-machine'],
  },
  {
    duty: 'have something attested',
    action: 'lambda:InvokeFunction',
    resource: lambda('attest'),
    roles: ['correct-entry-machine', 'rotate-key-machine', 'verify-run-machine', 'verify-store-machine'],
  },
  {
    duty: 'have a checkpoint signed',
    action: 'lambda:InvokeFunction',
    resource: lambda('sign-checkpoint'),
    roles: ['correct-entry-machine', 'export-filing-machine', 'rotate-key-machine', 'verify-run-machine'],
  },
  {
    duty: 'have something restored, which costs money',
    action: 'lambda:InvokeFunction',
    resource: lambda('restore-archived'),
    roles: ['scan-store-machine'],
  },
  {
    duty: 'have something scanned',
    action: 'lambda:InvokeFunction',
    resource: lambda('scan-batch'),
    roles: ['scan-store-machine'],
  },
]
