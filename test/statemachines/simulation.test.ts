import { describe, expect, it } from 'vitest'
import { batchInput, parseInput } from '../../lib/pipeline/task-input.ts'
import { createWorld, named } from '../local/asl/world.ts'
import { readDefinition } from './definitions.ts'
import { broken, deploy, type Setting, taskInputOf } from './deployment.ts'

type Named = { listing?: string }
type Batched = { batch: { batch: number } }

const judged = ['DecideVerdict', 'AttestVerdict']
const scanned = ['ScanStore', 'AttestScan', 'WasAnythingFound']
const requested = ['ConfirmScope', 'RequestDeletion', 'AttestRequest', 'WhoDeletes']
const closed = (verified: number) => ({ status: 'SUCCEEDED', output: { failed: false, verified } })

const ways: { name: string; setting: Setting; way: string[]; verdict: string }[] = [
  {
    name: 'nothing found: verified',
    setting: {},
    way: ['OpenStore', ...scanned, ...judged],
    verdict: 'verified',
  },
  {
    name: 'found, and nobody to ask: residual at once',
    setting: { found: [5], channel: 'none' },
    way: ['OpenStore', ...scanned, ...requested, ...judged],
    verdict: 'residual',
  },
  {
    name: 'found and executed: scanned again',
    setting: { found: [1], channel: 'delete-files' },
    way: [
      'OpenStore',
      ...scanned,
      ...requested,
      'ExecuteDeletion',
      'IsDeletionComplete',
      'AttestAcknowledgement',
      'NextPass',
      ...scanned,
      ...judged,
    ],
    verdict: 'verified',
  },
  {
    name: 'found, asked and answered: scanned again',
    setting: { found: [5], channel: 'manual', answers: true },
    way: [
      'OpenStore',
      ...scanned,
      ...requested,
      'AwaitCustodian',
      'AttestAcknowledgement',
      'NextPass',
      ...scanned,
      ...judged,
    ],
    verdict: 'verified',
  },
  {
    name: 'found, asked and not answered: scanned again all the same, and still there',
    setting: { found: [5, 5], channel: 'manual', seconds: 60 },
    way: [
      'OpenStore',
      ...scanned,
      ...requested,
      'AwaitCustodian',
      'DeadlinePassed',
      'AttestAcknowledgement',
      'NextPass',
      ...scanned,
      ...judged,
    ],
    verdict: 'residual',
  },
]

describe('a run of the real machines', () => {
  it.each(ways)('$name', async ({ setting, way, verdict }) => {
    const deployment = deploy(setting)
    const verified = Number(verdict === 'verified')
    expect(await deployment.verify()).toEqual(closed(verified))
    expect(deployment.way('verify-store')).toEqual(way)
    expect(deployment.verdicts.get('sg')).toBe(verdict)
    expect(deployment.way('verify-run')).toEqual([
      'OpenRun',
      'BuildIndex',
      'IsItOnlyEstimated',
      'BuildScopeTree',
      'IsScopeComplete',
      'BuildScopeTree',
      'IsScopeComplete',
      'AttestScope',
      'VerifyStores',
      'VerifyStore',
      'SettleSubjects',
      'CloseRun',
      'IsItAttested',
      'AttestSummary',
      'SignCheckpoint',
      'StampCheckpoint',
      'ReportCost',
      'DidTheRunFail',
      'RunClosed',
    ])
    expect([...deployment.attested].at(-1)).toBe('run-summary')
    // What these come to stops no run, so nothing else shows that they are asked in vain.
    for (const task of ['stamp-checkpoint', 'estimate-cost'])
      expect(deployment.world.callsOf(task)).toEqual([{ runId: 'r1' }])
  })

  it('waits the seconds of the request for the custodian, and names the deadline as who answered', async () => {
    const deployment = deploy({ found: [5], channel: 'manual', seconds: 90 })
    await deployment.verify()
    expect(deployment.world.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(90_000)
    expect(deployment.world.callsOf('acknowledge')).toEqual([{ requestId: 'q-sg/0', by: 'deadline' }])
  })

  it('lists page by page, both times, from the first', async () => {
    const deployment = deploy({ segments: 2, pages: 3 })
    expect(await deployment.verify()).toEqual(closed(1))
    const listed = deployment.world.callsOf('take-inventory') as { segment: number; listing: string; page: number }[]
    const of = (segment: number) =>
      listed.filter((each) => each.segment === segment).map(({ listing, page }) => `${listing} ${page}`)
    const pages = ['opening 0', 'opening 1', 'opening 2', 'closing 0', 'closing 1', 'closing 2']
    expect([of(0), of(1)]).toEqual([pages, pages])
  })

  it('begins the closing listing of any segment after the opening listings of all and the last batch', async () => {
    const deployment = deploy({ segments: 3, pages: 2, batches: 4 })
    await deployment.verify()
    const calls = deployment.world.calls.map(({ name, payload }) =>
      `${name} ${(payload as Named).listing ?? ''}`.trim(),
    )
    const firstClosing = calls.indexOf('take-inventory closing')
    expect(calls.lastIndexOf('take-inventory opening')).toBeLessThan(calls.indexOf('scan-batch'))
    expect(calls.lastIndexOf('scan-batch')).toBeLessThan(firstClosing)
    expect(calls.filter((call) => call === 'settle-segment').length).toBe(3)
    expect(calls.lastIndexOf('settle-segment')).toBeLessThan(calls.indexOf('settle-coverage'))
  })

  it('calls the executor leg by leg until it says that the request is done, in every pass from the first', async () => {
    const deployment = deploy({ found: [5, 4], channel: 's3-delete-versions', legs: 3, passes: 3 })
    expect(await deployment.verify()).toEqual(closed(1))
    const executed = deployment.world.callsOf('execute-deletion') as { pass: number; leg: number }[]
    expect(executed.map(({ pass, leg }) => `${pass} ${leg}`)).toEqual(['0 0', '0 1', '0 2', '1 0', '1 1', '1 2'])
    expect(deployment.way('verify-store').filter((state) => state === 'AttestAcknowledgement').length).toBe(2)
  })

  it('asks the manifest again once the last answer is too old, and goes on with the leg that it was at', async () => {
    const deployment = deploy({
      ...{ found: [5], channel: 's3-delete-versions', legs: 3 },
      before(name, { leg, confirmedAt }) {
        if (name === 'execute-deletion' && leg === 1 && String(confirmedAt).includes('T00:'))
          throw named('ScopeUnconfirmed')
      },
    })
    expect(await deployment.verify()).toEqual(closed(1))
    const way = deployment.way('verify-store')
    const from = way.indexOf('ExecuteDeletion')
    const leg = ['ExecuteDeletion', 'IsDeletionComplete']
    const again = ['ExecuteDeletion', 'WasItJustConfirmed', 'ConfirmScopeAgain', 'WhoDeletes']
    expect(way.slice(from, from + 10)).toEqual([...leg, ...again, ...leg, ...leg])
  })

  it('asks it again for as many legs as there are: clocks differ only where one leg finds no answer new enough', async () => {
    const asked = new Set<unknown>()
    const deployment = deploy({
      ...{ found: [5], channel: 's3-delete-versions', legs: 7 },
      before(name, { leg }) {
        if (name !== 'execute-deletion' || asked.has(leg)) return
        asked.add(leg)
        throw named('ScopeUnconfirmed')
      },
    })
    expect(await deployment.verify()).toEqual(closed(1))
    expect(deployment.way('verify-store').filter((state) => state === 'ConfirmScopeAgain')).toHaveLength(7)
  })

  it.each([
    { channel: 's3-delete-versions', task: 'execute-deletion' },
    { channel: 'manual', task: 'notify-custodian' },
  ] as const)(
    'ends with a reason where $task never finds an answer of the manifest new enough',
    async ({ channel, task }) => {
      const deployment = deploy({
        ...{ found: [5], channel },
        before(name) {
          if (name === task) throw named('ScopeUnconfirmed')
        },
      })
      expect(await deployment.verify()).toEqual(closed(0))
      expect(deployment.world.callsOf(task)).toHaveLength(6)
      expect(deployment.world.callsOf('decide-verdict')).toEqual([
        { runId: 'r1', storeId: 'sg', failure: { state: 'ConfirmScopeAgain', error: 'ClocksDiffer' } },
      ])
    },
  )

  it('does not scan an empty inventory, and lists it again', async () => {
    const deployment = deploy({ batches: 0 })
    await deployment.verify()
    expect(deployment.world.callsOf('scan-batch')).toEqual([])
    expect(deployment.way('scan-store')).toContain('ClosingListing')
  })

  const restores: { name: string; setting: Setting; way: string[] }[] = [
    { name: 'what is archived is not to be restored', setting: { toRestore: 0 }, way: [] },
    {
      name: 'it is too dear, or nothing of it can be restored',
      setting: { toRestore: 1 },
      way: ['OpenRestore', 'RestoreArchived', 'IsRestoreOver'],
    },
    {
      name: 'copies come in the second round',
      setting: { toRestore: 5, restore: ['again', 'wait', 'wait'] },
      way: [
        'OpenRestore',
        'RestoreArchived',
        'IsRestoreOver',
        'RestoreArchived',
        'IsRestoreOver',
        'WaitForRestore',
        'RestoreArchived',
        'IsRestoreOver',
        'WaitForRestore',
        'RestoreArchived',
        'IsRestoreOver',
      ],
    },
    {
      name: 'restoring fails for good',
      setting: {
        toRestore: 5,
        before: (name) => {
          if (name === 'restore-archived') throw broken()
        },
      },
      way: ['OpenRestore', 'RestoreArchived'],
    },
  ]

  it.each(restores)('scans everything when $name', async ({ setting, way }) => {
    const deployment = deploy(setting)
    expect(await deployment.verify()).toEqual(closed(1))
    const states = deployment.way('scan-store')
    const from = states.indexOf('IsAnythingArchived')
    expect(states.slice(from + 1, states.indexOf('IsAnythingListed'))).toEqual(way)
    expect(deployment.world.callsOf('scan-batch').length).toBe(2)
    expect(states.indexOf('IsAnythingListed')).toBeLessThan(states.indexOf('ScanBatch'))
  })

  it('goes on where a call ended until the batch is read', async () => {
    const deployment = deploy({ scanLegs: 3 })
    expect(await deployment.verify()).toEqual(closed(1))
    const calls = deployment.world.callsOf('scan-batch') as { batch: { batch: number }; leg: number }[]
    expect(calls.map(({ batch, leg }) => `${batch.batch} ${leg}`).toSorted()).toEqual(
      [0, 1].flatMap((batch) => [0, 1, 2].map((leg) => `${batch} ${leg}`)),
    )
  })

  it('reads in a scan task only what has too little time, and what is behind it as before', async () => {
    const deployment = deploy({ batches: 1, scanLegs: 3, handedOver: [0] })
    expect(await deployment.verify()).toEqual(closed(1))
    expect(deployment.started).toHaveLength(1)
  })

  describe('when a call has too little time for a batch', () => {
    const handedOver = [1]
    const scanned = ({ way }: ReturnType<typeof deploy>) =>
      way('scan-store').filter((state) => ['ScanBatch', 'ScanBatchInTask', 'BatchNotScanned'].includes(state))
    const failed = (error: string) => named(error)

    it('reads it in a scan task, once, which is told exactly what the call was told, and nothing of the other batches', async () => {
      const deployment = deploy({ handedOver })
      expect(await deployment.verify()).toEqual(closed(1))
      expect(scanned(deployment).toSorted()).toEqual(['ScanBatch', 'ScanBatch', 'ScanBatch', 'ScanBatchInTask'])
      const [{ given, seconds }] = deployment.started as [(typeof deployment.started)[0]]
      expect(deployment.started).toHaveLength(1)
      const call = deployment.world.callsOf('scan-batch').find((each) => (each as Batched).batch.batch === 1)
      expect(parseInput('scan-batch', batchInput, JSON.parse(taskInputOf(given)))).toEqual(call)
      expect(given).toMatchObject({
        LaunchType: 'FARGATE',
        Cluster: 'odv-test',
        NetworkConfiguration: {
          AwsvpcConfiguration: {
            Subnets: ['subnet-1', 'subnet-2'],
            SecurityGroups: ['sg-1'],
            AssignPublicIp: 'DISABLED',
          },
        },
      })
      // The task stops reading by itself before that (call-capacity.ts).
      expect(seconds).toBe(172_800 + 900)
    })

    const killed = failed('States.TaskFailed')
    const full = failed('ECS.AmazonECSException')
    const ends: { name: string; scanTask: ('silent' | Error)[]; tasks: number; verified: number }[] = [
      { name: 'is killed, and succeeds when it is begun again', scanTask: [killed, killed], tasks: 3, verified: 1 },
      { name: 'is killed again and again', scanTask: Array(9).fill(killed), tasks: 3, verified: 0 },
      { name: 'takes too long', scanTask: Array(9).fill(failed('States.Timeout')), tasks: 1, verified: 0 },
      { name: 'succeeds without a report', scanTask: ['silent'], tasks: 1, verified: 0 },
      { name: 'finds no room for a while', scanTask: Array(50).fill(full), tasks: 51, verified: 1 },
      { name: 'never finds room', scanTask: Array(500).fill(full), tasks: 97, verified: 0 },
      {
        name: 'may not be started',
        scanTask: Array(9).fill(failed('ECS.AccessDeniedException')),
        tasks: 3,
        verified: 0,
      },
    ]
    it.each(ends)(
      'and the task $name: verified $verified, after $tasks tasks',
      async ({ scanTask, tasks, verified }) => {
        const deployment = deploy({ handedOver, scanTask })
        expect(await deployment.verify()).toEqual(closed(verified))
        expect(deployment.started).toHaveLength(tasks)
        expect(scanned(deployment).includes('BatchNotScanned')).toBe(verified === 0)
      },
    )
  })

  it('begins the batches again when their list could not be read, and reports of the first time stand', async () => {
    const deployment = deploy({ batches: 3 })
    const { documents } = deployment.world
    const get = documents.get.bind(documents)
    let asked = 0
    documents.get = (key) => (key.endsWith('batches.jsonl') && asked++ === 0 ? undefined : get(key))
    expect(await deployment.verify()).toEqual(closed(1))
    expect(asked).toBe(2)
    expect(deployment.way('scan-store').filter((state) => state === 'ClosingListing')).toHaveLength(1)
  })

  it('hands the restore the place that it gave, and waits as long as it says', async () => {
    const deployment = deploy({ toRestore: 5, restore: ['wait'] })
    await deployment.verify()
    const calls = deployment.world.callsOf('restore-archived') as { at: { entry: number } }[]
    expect(calls.map(({ at }) => at.entry)).toEqual([0, 1])
    expect(deployment.world.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(900_000)
  })

  it('waits only for what is left when it was killed while it waited for copies, and asks for none again', async () => {
    const deployment = deploy({ toRestore: 5, restore: ['wait'] })
    const { world } = deployment
    world.afterWrite = (step) => {
      if (step.startsWith('WaitForRestore')) throw named('Killed')
    }
    await expect(deployment.verify()).rejects.toThrow(named('Killed'))
    world.afterWrite = () => {}
    world.time += 800_000
    expect(await deployment.verify()).toEqual(closed(1))
    expect(world.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(100_000)
    expect(world.callsOf('restore-archived').length).toBe(2)
  })

  it('shows what a restore would cost and restores nothing when it is only to be estimated', async () => {
    const deployment = deploy({ toRestore: 5 })
    await deployment.verify('dry-run')
    expect(deployment.world.callsOf('restore-archived')).toEqual([])
  })

  it('asks again as long as there are passes left, and no longer', async () => {
    const deployment = deploy({ found: [5, 4, 3, 2], channel: 'delete-files', passes: 3 })
    await deployment.verify()
    expect(deployment.world.callsOf('execute-deletion').length).toBe(2)
    expect(deployment.world.callsOf('settle-coverage')).toEqual(
      [0, 1, 2].map((pass) => ({ runId: 'r1', storeId: 'sg', pass })),
    )
    expect(deployment.verdicts.get('sg')).toBe('residual')
  })

  it('lists every store and attests nothing when it is only to be estimated', async () => {
    const deployment = deploy({ stores: ['sg', 'ie'], segments: 2 })
    expect(await deployment.verify('dry-run')).toEqual({ status: 'SUCCEEDED', output: { usd: 1.5, unlisted: 0 } })
    const called = new Set(deployment.world.calls.map(({ name }) => name))
    expect([...called].toSorted()).toEqual([
      'build-index',
      'estimate-cost',
      'open-run',
      'plan-batches',
      'plan-listing',
      'plan-segment',
      'take-inventory',
    ])
    expect(deployment.world.callsOf('plan-batches').length).toBe(2)
  })

  it('estimates without a store that cannot be listed', async () => {
    const deployment = deploy({
      stores: ['sg', 'ie'],
      before: (name, { storeId }) => {
        if (name === 'take-inventory' && storeId === 'ie') throw broken()
      },
    })
    expect(await deployment.verify('dry-run')).toMatchObject({ status: 'SUCCEEDED' })
    expect(deployment.world.callsOf('estimate-cost').length).toBe(1)
  })

  it.each(['estimate-cost', 'stamp-checkpoint'])('is closed all the same when nothing comes of %s', async (task) => {
    const deployment = deploy({
      before: (name) => {
        if (name === task) throw broken()
      },
    })
    expect(await deployment.verify()).toEqual(closed(1))
  })

  it('verifies every store on its own', async () => {
    const deployment = deploy({
      stores: ['sg', 'ie', 'br'],
      before: (name, { storeId }) => {
        if (name === 'settle-coverage' && storeId === 'ie') throw broken()
      },
    })
    expect(await deployment.verify()).toEqual(closed(2))
    expect(Object.fromEntries(deployment.verdicts)).toEqual({ sg: 'verified', ie: 'incomplete', br: 'verified' })
  })
})

const failing = (function_: string, more: (payload: Record<string, unknown>) => boolean = () => true): Setting => ({
  before: (name, payload) => {
    if (name === function_ && more(payload)) throw broken()
  },
})

describe('a failure', () => {
  it('of a scan reaches the verdict, by the name of what failed in it', async () => {
    const deployment = deploy(failing('settle-coverage'))
    expect(await deployment.verify()).toEqual(closed(0))
    expect(deployment.way('verify-store')).toEqual(['OpenStore', 'ScanStore', ...judged])
    expect(deployment.world.callsOf('decide-verdict')).toEqual([
      { runId: 'r1', storeId: 'sg', failure: { state: 'ScanStore', error: 'Broken' } },
    ])
    expect(deployment.attested).toContain('verification sg')
  })

  it('of one batch for good leaves it not scanned, and the run goes on', async () => {
    const deployment = deploy(failing('scan-batch', ({ batch }) => (batch as { batch: number }).batch === 1))
    expect(await deployment.verify()).toEqual(closed(0))
    expect(deployment.way('scan-store').filter((state) => state === 'BatchNotScanned').length).toBe(1)
    expect(deployment.way('scan-store')).toContain('SettleCoverage')
    expect(deployment.verdicts.get('sg')).toBe('incomplete')
    const results = [...deployment.world.documents].find(([key]) => key.endsWith('SUCCEEDED_0.jsonl'))!
    expect(results[1]).toBe('{"batch":0}\n{"batch":1,"error":"Broken"}\n')
  })

  describe.each(['Runtime.ExitError', 'Runtime.OutOfMemory', 'Lambda.Unknown', 'Sandbox.Timedout'])(
    'of the runtime (%s)',
    (error) => {
      type Call = { batch: { batch: number }; most: number; error: string }
      /** Batch 1 ends each call that it has, as long as `isBad` says so. */
      const crashing = (isBad: (call: Call) => boolean): Setting => ({
        versions: 20,
        before(name, payload) {
          const call = payload as Call
          if (name === 'scan-batch' && call.batch.batch === 1 && isBad(call)) throw named(error)
        },
      })
      const attempts = error === 'Sandbox.Timedout' ? 5 : 3
      const triedIn = ({ world }: ReturnType<typeof deploy>) =>
        (world.callsOf('scan-batch') as Call[]).filter(({ batch }) => batch.batch === 1)

      it('is nobody’s fault as long as it does not come again each time: the batch is read as before', async () => {
        let left = attempts - 1
        const deployment = deploy(crashing(() => left-- > 0))
        expect(await deployment.verify()).toEqual(closed(1))
        expect(triedIn(deployment).map(({ most }) => most)).toEqual(Array(attempts).fill(1000))
      })

      it('is tried with fewer and fewer versions until one is left, and that one is left out', async () => {
        const deployment = deploy(crashing(({ most }) => most > 0))
        expect(await deployment.verify()).toEqual(closed(1))
        const tried = triedIn(deployment)
        expect(tried.map(({ most }) => most)).toEqual(
          [1000, 5, 2, 1].flatMap((most) => Array(attempts).fill(most)).concat(0),
        )
        expect(tried.at(-1)!.error).toBe(error)
      })

      it('leaves the batch not scanned where a call ends that reads nothing', async () => {
        const deployment = deploy(crashing(() => true))
        expect(await deployment.verify()).toEqual(closed(0))
        expect(triedIn(deployment)).toHaveLength(5 * attempts)
        expect(deployment.verdicts.get('sg')).toBe('incomplete')
        const results = [...deployment.world.documents].find(([key]) => key.endsWith('SUCCEEDED_0.jsonl'))!
        expect(results[1]).toBe(`{"batch":0}\n{"batch":1,"error":"${error}"}\n`)
      })

      it('is tried with as many as ever behind each that is left out, and behind three of them no more', async () => {
        const deployment = deploy({ ...crashing(({ most }) => most > 0), scanLegs: 9 })
        expect(await deployment.verify()).toEqual(closed(0))
        const ofOne = [...[1000, 5, 2, 1].flatMap((most) => Array(attempts).fill(most)), 0]
        expect(triedIn(deployment).map(({ most }) => most)).toEqual([
          ...[ofOne, ofOne, ofOne].flat(),
          ...Array(attempts).fill(1000),
        ])
      })
    },
  )

  it('of the decision in the store is decided and attested by the run', async () => {
    const deployment = deploy(failing('decide-verdict', ({ failure }) => failure === null))
    expect(await deployment.verify()).toEqual(closed(0))
    expect(deployment.way('verify-run')).toEqual(expect.arrayContaining(['DecideFailedStore', 'AttestFailedStore']))
    expect(deployment.verdicts.get('sg')).toBe('incomplete')
    expect(deployment.attested).toContain('verification sg')
  })

  it('of every decision leaves the store open, which the summary calls incomplete', async () => {
    const deployment = deploy(failing('decide-verdict'))
    expect(await deployment.verify()).toEqual(closed(0))
    expect(deployment.way('verify-run')).toContain('StoreLeftOpen')
    expect(deployment.attested).not.toContain('verification sg')
    expect(deployment.attested).toContain('run-summary')
  })

  it.each([
    { function_: 'open-run', state: 'OpenRun' },
    { function_: 'build-index', state: 'BuildIndex' },
  ])('of $function_ is attested in the summary, and the execution fails', async ({ function_, state }) => {
    const deployment = deploy(failing(function_))
    expect(await deployment.verify()).toEqual({ status: 'FAILED', error: 'Broken', cause: `failed in ${state}` })
    expect(deployment.world.callsOf('close-run')).toEqual([{ runId: 'r1', failure: { state, error: 'Broken' } }])
    expect([...deployment.attested]).toEqual(['run-summary'])
    expect(deployment.world.callsOf('sign-checkpoint')).toEqual([{ runId: 'r1' }])
  })

  it('of open-run because of the log appends nothing to it, and the execution fails', async () => {
    const deployment = deploy({
      before: (name) => {
        if (name === 'open-run') throw broken('CheckpointRefused')
      },
    })
    const failed = { status: 'FAILED', error: 'CheckpointRefused', cause: 'failed in OpenRun' }
    expect(await deployment.verify()).toEqual(failed)
    expect(deployment.world.calls.map(({ name }) => name)).toEqual(['open-run'])
  })

  it.each([
    { function_: 'open-run', state: 'OpenRun' },
    { function_: 'build-index', state: 'BuildIndex' },
  ])('of $function_ of a dry run closes it, and attests nothing either', async ({ function_, state }) => {
    const deployment = deploy(failing(function_))
    const failed = { status: 'FAILED', error: 'Broken', cause: `failed in ${state}` }
    expect(await deployment.verify('dry-run')).toEqual(failed)
    expect(deployment.world.callsOf('close-run')).toEqual([{ runId: 'r1', failure: { state, error: 'Broken' } }])
    expect([...deployment.attested]).toEqual([])
    expect(deployment.world.callsOf('sign-checkpoint')).toEqual([])
  })

  it('of the second shard of the scope tree ends the run before anything is scanned', async () => {
    const deployment = deploy(failing('build-index', ({ shard }) => shard === 1))
    expect(await deployment.verify()).toMatchObject({ cause: 'failed in BuildScopeTree' })
    expect([...deployment.attested]).toEqual(['run-summary'])
    expect(deployment.world.callsOf('scan-batch')).toEqual([])
  })

  it('of settling subjects is attested: the verdicts stand, and the run is incomplete', async () => {
    const deployment = deploy(failing('settle-subjects'))
    const failure = { state: 'SettleSubjects', error: 'Broken' }
    expect(await deployment.verify()).toEqual({ status: 'FAILED', error: 'Broken', cause: 'failed in SettleSubjects' })
    expect(deployment.attested).toContain('verification sg')
    expect(deployment.world.callsOf('close-run')).toEqual([{ runId: 'r1', failure }])
    expect([...deployment.attested].at(-1)).toBe('run-summary')
  })

  it.each(['StoreUnavailable', 'LogMoved', 'TimeoutError', 'Sandbox.Timedout', 'Lambda.TooManyRequestsException'])(
    '%s on the first call of everything is cured by retries',
    async (error) => {
      const seen = new Set<string>()
      const deployment = deploy({
        found: [5],
        channel: 'manual',
        answers: true,
        before: (name, payload) => {
          const call = JSON.stringify([name, payload])
          if (!seen.has(call)) {
            seen.add(call)
            throw named(error)
          }
        },
      })
      expect(await deployment.verify()).toEqual(closed(1))
      expect(deployment.verdicts.get('sg')).toBe('verified')
    },
  )

  const settings: { name: string; setting: Setting }[] = [
    { name: 'nothing is found', setting: {} },
    { name: 'findings are deleted', setting: { found: [5], channel: 'delete-files' } },
    {
      name: 'findings are deleted in two legs',
      setting: { found: [5], channel: 's3-delete-versions', legs: 2 },
    },
    { name: 'the custodian answers', setting: { found: [5], channel: 'manual', answers: true } },
    { name: 'the deadline passes', setting: { found: [5], channel: 'manual' } },
  ]

  it.each(settings)('of any one task for good never ends in a verified store, when $name', async ({ setting }) => {
    const undisturbed = deploy(setting)
    expect(await undisturbed.verify()).toEqual(closed(1))
    // A batch that was not scanned before the deletion is scanned after it: only the last pass earns the verdict.
    const lastPass = undisturbed.world.callsOf('settle-coverage').length - 1
    const calls = undisturbed.world.calls.filter(({ name, payload }) => {
      // What a run cost has no part in its verdict, nor has who else saw its checkpoint.
      if (name === 'estimate-cost' || name === 'stamp-checkpoint') return false
      return name !== 'scan-batch' || (payload as { pass: number }).pass === lastPass
    })
    for (const { name, payload } of calls) {
      const call = { name, payload }
      const deployment = deploy({
        ...setting,
        before: (called, given) => {
          if (called === name && JSON.stringify(given) === JSON.stringify(payload)) throw broken()
        },
      })
      const { status } = await deployment.verify()
      const verified = deployment.summary()?.verified
      expect({ call, clean: status === 'SUCCEEDED' && verified === 1 }).toEqual({ call, clean: false })
      expect({ call, closed: deployment.world.callsOf('close-run').length > 0 }).toEqual({ call, closed: true })
    }
  })
})

describe('an export', () => {
  const exporting = (handlers: Record<string, (payload: never) => unknown>) =>
    createWorld({
      machines: { 'export-filing': readDefinition('export-filing') },
      handlers: { 'sign-checkpoint': () => ({}), ...handlers },
      substitutions: {
        Partition: 'aws',
        SignCheckpointFunctionArn: 'sign-checkpoint',
        ExportBundleFunctionArn: 'export-bundle',
        CheckBundleFunctionArn: 'check-bundle',
      },
    })

  it('signs, exports what was selected, checks it, and gives what the check said', async () => {
    const world = exporting({ 'export-bundle': () => ({ files: 9 }), 'check-bundle': () => ({ checks: 12 }) })
    expect(await world.run('export-filing', { selection: { runId: 'r1' } }, 'x1')).toEqual({
      status: 'SUCCEEDED',
      output: { checks: 12 },
    })
    expect(world.calls).toEqual([
      { name: 'sign-checkpoint', payload: { runId: 'x1' } },
      { name: 'export-bundle', payload: { exportId: 'x1', selection: { runId: 'r1' } } },
      { name: 'check-bundle', payload: { exportId: 'x1' } },
    ])
  })

  it('fails when its bundle does not hold', async () => {
    const world = exporting({
      'export-bundle': () => ({}),
      'check-bundle': () => {
        throw named('BundleInvalid', 'inclusion: does not hold')
      },
    })
    expect(await world.run('export-filing', { selection: { runId: 'r1' } }, 'x1')).toEqual({
      status: 'FAILED',
      error: 'BundleInvalid',
      cause: 'inclusion: does not hold',
    })
  })
})
