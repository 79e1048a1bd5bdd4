import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decideConditions } from '../../infra/decide-conditions.ts'
import type { Ports } from '../../lib/ports.ts'
import { openDeployment } from '../api/world.ts'
import { callFunction, type Metric, metricsIn, printed } from '../support/handlers.ts'
import { openPlace, openStore } from '../support/pipeline.ts'
import { jsonRecords, numbers, transferred, writeFiles } from '../support/sample-files.ts'
import { resolve, resourcesOf, type Template } from './intrinsics.ts'
import { type Packaged, packageProject } from './packaged.ts'

/** Alarms and the dashboard watch what the handlers print, name for name: what is printed comes from real runs. */

let packaged: Packaged
let prod: Packaged
let template: Template
beforeAll(async () => {
  ;[packaged, prod] = await Promise.all([packageProject('dev'), packageProject('prod')])
  template = packaged.template
})
afterAll(() => {
  packaged?.remove()
  prod?.remove()
})

/** A nightly run over a store that keeps what it should not, long after it was promised; nobody answers the request. */
async function nightlyRun(): Promise<Metric[]> {
  const place = await openStore(
    { 'a.jsonl': jsonRecords(numbers(3).map(transferred)), 'b.txt': 'nobody\n' },
    { channel: { kind: 'manual', deadline: '1s' } },
    { obligation: { instrument: 'NSA', dueAt: '2026-01-01T00:00:00Z' } },
  )
  await place.run({ trigger: 'nightly', call: (task, ports, payload) => callFunction(task, ports, payload) })
  return metricsIn(printed)
}

/** A log that does not hold: its head is not that of its entries. */
async function refusedCheckpoint(): Promise<Metric[]> {
  const { ports } = await openDeployment()
  const ledger = { ...ports.ledger!, head: async () => ({ size: 0, root: new Uint8Array(32), frontier: [] }) }
  const refusal = callFunction('sign-checkpoint', { ...ports, ledger } as Ports, { runId: 'run-1' })
  await expect(refusal).rejects.toMatchObject({ name: 'CheckpointRefused' })
  return metricsIn(printed)
}

const sumOf = (metrics: readonly Metric[], name: string) =>
  metrics.filter((metric) => metric.name === name).reduce((sum, { value }) => sum + value, 0)

describe('what handlers count', () => {
  it('is what came of a run', async () => {
    const metrics = await nightlyRun()
    const counted = Object.fromEntries(
      [...new Set(metrics.map(({ name }) => name))].map((name) => [name, sumOf(metrics, name)]),
    )
    expect(counted).toMatchObject({
      NightlyRunBegan: 1,
      // Two passes over two versions, one of which holds findings.
      VersionsScanned: 4,
      VersionsFound: 2,
      VersionsUnverified: 0,
      RequestsSent: 1,
      RequestsAnswered: 0,
      RequestsExpired: 1,
      StoreIncomplete: 0,
      ResidualPastDeadline: 1,
      RunsVerified: 0,
      RunsResidual: 1,
      RunsIncomplete: 0,
      StoresVerified: 0,
      StoresResidual: 1,
      StoresIncomplete: 0,
      CheckpointSigned: 1,
      CheckpointRefused: 0,
    })
    // It was due in January 2026; an answer was due a second after the request.
    expect(counted.SecondsToDeadline).toBeLessThan(0)
    const times = metrics.filter(({ name }) => name === 'CheckpointTime')
    expect(times.map(({ unit, value }) => [unit, Math.abs(value - Date.now() / 1000) < 600])).toEqual([
      ['Seconds', true],
    ])
    expect(counted.LogEntries).toBeGreaterThan(4)
    expect(counted.BytesScanned).toBeGreaterThan(100)
    expect(counted.TaskDone).toBeGreaterThan(15)
    expect(counted).not.toHaveProperty('TaskFailed')
  })

  it('is the refusal of a checkpoint, also among other failures', async () => {
    const metrics = await refusedCheckpoint()
    expect(metrics.map(({ name, value }) => ({ name, value }))).toEqual([
      { name: 'TaskFailed', value: 1 },
      { name: 'CheckpointRefused', value: 1 },
    ])
  })

  it('is no night when the run is on demand, and no residual past its deadline before the deadline', async () => {
    const place = await openStore(
      { 'a.jsonl': jsonRecords(numbers(3).map(transferred)) },
      { channel: { kind: 'none' } },
      { obligation: { instrument: 'NSA', dueAt: '2126-01-01T00:00:00Z' } },
    )
    await place.run({ call: (task, ports, payload) => callFunction(task, ports, payload) })
    const metrics = metricsIn(printed)
    expect(sumOf(metrics, 'RunsResidual')).toBe(1)
    expect(sumOf(metrics, 'NightlyRunBegan')).toBe(0)
    expect(sumOf(metrics, 'ResidualPastDeadline')).toBe(0)
    const left = metrics
      .filter(({ name }) => name === 'SecondsToDeadline')
      .map(({ unit, value }) => [unit, value > 3e9])
    // Once when it is requested, and once when it is judged.
    expect(left).toEqual(Array(2).fill(['Seconds', true]))
  })
})

describe('a store of which something could not be read', () => {
  it('counts as incomplete, once, whether the run found out by itself or failed', async () => {
    const place = await openPlace((root) => ({
      stores: ['sg', 'ie'].map((id) => ({ id, root: join(root, id), country: 'SG' })),
    }))
    writeFiles(place.root, { 'sg/a.bin': Buffer.from([0x89, 1, 2, 3, 0, 255]) })
    await place.run({ call: (task, ports, payload) => callFunction(task, ports, payload) })
    const metrics = metricsIn(printed)
    expect(sumOf(metrics, 'StoreIncomplete')).toBe(2)
    expect(sumOf(metrics, 'StoresIncomplete')).toBe(2)
  })
})

type Watched = { where: string; namespace: string; name: string; dimensions: Record<string, string> }
type Dimension = { Name: string; Value: string }
const toDimensions = (list: Dimension[] = []) => Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]))

function watchedByAlarms(of: Template): Watched[] {
  return resourcesOf(of, 'AWS::CloudWatch::Alarm').map(([where, { Properties }]) => {
    const { Namespace, MetricName, Dimensions } = resolve(of, Properties)
    return { where, namespace: Namespace, name: MetricName, dimensions: toDimensions(Dimensions) }
  })
}

type Widget = { type: string; properties: { title: string; region: string; metrics: unknown[][]; alarms: string[] } }
const dashboardOf = (of: Template): { widgets: (Widget & Record<'x' | 'y' | 'width' | 'height', number>)[] } =>
  JSON.parse(resolve(of, of.Resources.Dashboard!.Properties.DashboardBody))

/** A row of texts, and options; one of options alone is an expression over others. */
const isMetric = (row: unknown[]) => typeof row[0] === 'string'

function watchedByDashboard(of: Template): Watched[] {
  return dashboardOf(of)
    .widgets.filter(({ type }) => type === 'metric')
    .flatMap(({ properties }) =>
      properties.metrics.filter(isMetric).map((metric) => {
        const [namespace, name, ...rest] = metric.filter((part) => typeof part === 'string')
        const pairs = rest.flatMap((part, index) => (index % 2 === 0 ? [[part, rest[index + 1]!]] : []))
        return { where: properties.title, namespace: namespace!, name: name!, dimensions: Object.fromEntries(pairs) }
      }),
    )
}

/** What AWS itself counts, as its documentation has it, with the dimension that tells our resources apart. */
const ofAws: Record<string, { dimension: string; names: string[] }> = {
  'AWS/States': {
    dimension: 'StateMachineArn',
    names: ['ExecutionsStarted', 'ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'],
  },
  'AWS/Lambda': { dimension: 'FunctionName', names: ['Errors', 'Throttles', 'Duration'] },
  'AWS/ApiGateway': { dimension: 'ApiId', names: ['Count', '4xx', '5xx'] },
  'AWS/Scheduler': { dimension: 'ScheduleGroup', names: ['InvocationDroppedCount'] },
}

describe('what is watched', () => {
  it('is printed by the handlers under exactly that namespace, name and dimensions', async () => {
    const emitted = [...(await nightlyRun()), ...(await refusedCheckpoint())]
    const identityOf = ({ namespace, name, dimensions }: Pick<Watched, 'namespace' | 'name' | 'dimensions'>) =>
      JSON.stringify([namespace, name, Object.entries(dimensions).toSorted()])
    const known = new Set(emitted.map(identityOf))
    // The alarm of a missed night is in production only; but for their names, the stages are alike.
    const inProduction = watchedByAlarms(prod.template).map((watched) => ({
      ...watched,
      dimensions: JSON.parse(JSON.stringify(watched.dimensions).replaceAll('prod', 'dev')),
    }))
    const watched = [...inProduction, ...watchedByDashboard(template)]
    const own = watched.filter(({ namespace }) => !namespace.startsWith('AWS/'))
    expect(own.length).toBeGreaterThan(15)
    expect(own.filter((metric) => !known.has(identityOf(metric)))).toEqual([])
    expect([...known].filter((each) => !own.map(identityOf).includes(each))).toEqual([])
  })

  it('is counted by AWS, of resources of this stack', () => {
    const theirs = [...watchedByAlarms(template), ...watchedByDashboard(template)].filter(({ namespace }) =>
      namespace.startsWith('AWS/'),
    )
    expect(theirs.length).toBeGreaterThan(20)
    for (const { namespace, name, dimensions } of theirs) {
      expect(ofAws[namespace]!.names).toContain(name)
      expect(Object.keys(dimensions)).toEqual([ofAws[namespace]!.dimension])
      expect(Object.values(dimensions)[0]).toMatch(/odv-dev|^api$/)
    }
  })

  it('is of its own stage', () => {
    const own = watchedByAlarms(prod.template).filter(({ namespace }) => namespace === 'odv')
    expect(own.map(({ dimensions }) => dimensions)).toEqual(own.map(() => ({ service: 'odv', stage: 'prod' })))
  })
})

describe('expressions of the dashboard', () => {
  const rows = () => dashboardOf(template).widgets.flatMap(({ properties }) => properties.metrics ?? [])
  const options = () => rows().map((row) => row.at(-1) as { id?: string; expression?: string })

  it('are over metrics beside them', () => {
    const ids = options().flatMap(({ id }) => id ?? [])
    const used = options().flatMap(({ expression = '' }) => expression.match(/\b[a-z]\w*/g) ?? [])
    expect(used).toEqual(['signed', 'signed'])
    expect(ids).toContain('signed')
  })
})

describe('alarms', () => {
  const alarmOf = (id: string) => resolve(template, template.Resources[id]!.Properties)

  it('ring for every machine that fails, times out or is aborted', () => {
    const rung = watchedByAlarms(template)
      .filter(({ namespace }) => namespace === 'AWS/States')
      .map(({ name, dimensions }) => `${name} ${dimensions.StateMachineArn}`)
    const machines = resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(([id]) =>
      resolve(template, { Ref: id }),
    )
    expect(machines).toHaveLength(6)
    expect(rung.toSorted()).toEqual(
      machines
        .flatMap((arn) =>
          ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map((name) => `${name} ${arn}`),
        )
        .toSorted(),
    )
    for (const [id, { Properties }] of resourcesOf(template, 'AWS::CloudWatch::Alarm').filter(
      ([, alarm]) => alarm.Properties.Namespace === 'AWS/States',
    ))
      expect(Properties, id).toMatchObject({ Statistic: 'Sum', Threshold: 1, TreatMissingData: 'notBreaching' })
  })

  it('take silence for a missed night, and only where the schedule is on', () => {
    expect(template.Resources).not.toHaveProperty('MissedNightAlarm')
    expect(prod.template.Resources.MissedNightAlarm!.Properties).toMatchObject({
      Period: 3600,
      EvaluationPeriods: 26,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    })
  })

  it('all reach the topic, to which alarms of this stage alone may publish', () => {
    const topic = 'arn:aws:sns:us-east-1:111122223333:odv-dev-alarms'
    const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm')
    expect(alarms).toHaveLength(18 + 4)
    for (const [id] of alarms) expect(alarmOf(id).AlarmActions, id).toEqual([topic])
    const [allow, deny] = resolve(template, template.Resources.AlarmTopicPolicy!.Properties.PolicyDocument.Statement)
    expect(allow).toMatchObject({
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: {
        StringEquals: { 'aws:SourceAccount': '111122223333' },
        ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:odv-dev-*' },
      },
    })
    expect(deny).toMatchObject({ Effect: 'Deny', Principal: '*' })
  })

  it('say what to do', () => {
    for (const [id] of resourcesOf(template, 'AWS::CloudWatch::Alarm'))
      expect(alarmOf(id).AlarmDescription, id).toMatch(/^[A-Z].{40,}\.$/)
  })

  it('are subscribed to by an address where there is one', () => {
    const stack = (address: string) => ({
      Resources: { AlarmSubscription: { Type: 'AWS::SNS::Subscription', Condition: 'HasAlarmAddress' } },
      Conditions: { HasAlarmAddress: { 'Fn::Not': [{ 'Fn::Equals': [address, ''] as [string, string] }] as [object] } },
    })
    expect(template.Resources).not.toHaveProperty('AlarmSubscription')
    const [without, having] = [stack(''), stack('alarms@example.com')]
    decideConditions(without)
    decideConditions(having)
    expect(without).toEqual({ Resources: {} })
    expect(having).toEqual({ Resources: { AlarmSubscription: { Type: 'AWS::SNS::Subscription' } } })
  })

  it('are not left out for a condition that only CloudFormation could decide', () => {
    const conditions = [
      undefined,
      { Known: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] as [object, string] } },
    ]
    for (const Conditions of conditions) {
      const stack = { Resources: { Alarm: { Type: 'X', Condition: 'Known' } }, ...(Conditions && { Conditions }) }
      expect(() => decideConditions(stack)).toThrow('condition Known: expected two texts')
    }
  })
})

describe('the dashboard', () => {
  it('has widgets side by side, in the Region of the stack, with every alarm that always is there', () => {
    const { widgets } = dashboardOf(template)
    expect(widgets.length).toBeGreaterThan(10)
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24)
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, cell) => `${x + (cell % width)} ${y + Math.floor(cell / width)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    for (const { properties } of widgets.filter(({ type }) => type === 'metric'))
      expect(properties.region).toBe('us-east-1')
    const always = resourcesOf(template, 'AWS::CloudWatch::Alarm')
    expect(widgets.at(-1)!.properties.alarms.toSorted()).toEqual(
      always.map(([id]) => resolve(template, { 'Fn::GetAtt': [id, 'Arn'] })).toSorted(),
    )
  })
})
