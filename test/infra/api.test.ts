import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../api/routes.ts'
import { resolve, resourcesOf, type Template } from './intrinsics.ts'
import { type Packaged, packageProject } from './packaged.ts'

let packaged: Packaged
let template: Template
beforeAll(async () => {
  packaged = await packageProject('dev')
  template = packaged.template
})
afterAll(() => packaged?.remove())

const arn = 'arn:aws:execute-api:us-east-1:111122223333:api'
const functionArn = (name: string) => `arn:aws:lambda:us-east-1:111122223333:function:odv-dev-${name}`
const keys = Object.entries(routes).map(([name, { method, path }]) => ({ name, key: `${method} ${path}` }))

describe('the API', () => {
  test('has a route for every handler and no other, each signed by its caller', () => {
    const served = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
      const [, integration] = /^integrations\/\$\{(\w+)\}$/.exec(Properties.Target['Fn::Sub'])!
      const { IntegrationUri } = resolve(template, template.Resources[integration!]!.Properties)
      return { key: Properties.RouteKey, to: IntegrationUri, signed: Properties.AuthorizationType }
    })
    const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1)
    expect(served.toSorted(byKey)).toEqual(
      keys.map(({ name, key }) => ({ key, to: functionArn(name), signed: 'AWS_IAM' })).toSorted(byKey),
    )
  })

  test('hands requests over in the format that the handlers read', () => {
    const integrations = resourcesOf(template, 'AWS::ApiGatewayV2::Integration')
    expect(integrations).toHaveLength(keys.length)
    for (const [, { Properties }] of integrations)
      expect(Properties).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' })
  })

  test('may call each function for its own route only, and nobody else may call it', () => {
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission').map(([, { Properties }]) => {
      const { FunctionName, Principal, Action, SourceArn } = resolve(template, Properties)
      return { FunctionName, Principal, Action, SourceArn }
    })
    expect(permissions).toHaveLength(keys.length)
    for (const { name, key } of keys)
      expect(permissions).toContainEqual({
        FunctionName: functionArn(name),
        Principal: 'apigateway.amazonaws.com',
        Action: 'lambda:InvokeFunction',
        SourceArn: `${arn}/*/${key.replace(' ', '')}`,
      })
  })

  test('has one stage, which is throttled and logs who called which route, and neither path nor parameter', () => {
    const stages = resourcesOf(template, 'AWS::ApiGatewayV2::Stage')
    expect(stages).toHaveLength(1)
    const { Properties } = stages[0]![1]
    expect(Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 },
    })
    const logged = JSON.parse(Properties.AccessLogSettings.Format)
    expect(Object.values(logged).toSorted()).toEqual([
      '$context.identity.sourceIp',
      '$context.identity.userArn',
      '$context.integrationErrorMessage',
      '$context.requestId',
      '$context.requestTime',
      '$context.responseLatency',
      '$context.responseLength',
      '$context.routeKey',
      '$context.status',
    ])
  })

  test('answers within the time that API Gateway waits', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function')
    const timeouts = functions
      .filter(([, { Properties }]) => keys.some(({ name }) => Properties.FunctionName === `odv-dev-${name}`))
      .map(([, { Properties }]) => Properties.Timeout)
    expect(timeouts).toEqual([29, 29, 29, 29, 29])
  })

  const callers = [
    {
      policy: 'ApiOperatorPolicy',
      calls: ['POST /runs', 'GET /runs/*', 'POST /exports', 'GET /exports/*'],
    },
    { policy: 'ApiCustodianPolicy', calls: ['POST /requests/*/acknowledgement'] },
  ]
  test.each(callers)('$policy lets its holder call $calls and nothing else, and no role of the stack has it', (row) => {
    const { Statement } = resolve(template, template.Resources[row.policy]!.Properties.PolicyDocument)
    expect(Statement).toHaveLength(1)
    expect(Statement[0]).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' })
    expect([Statement[0].Resource].flat()).toEqual(row.calls.map((call) => `${arn}/*/${call.replace(' ', '')}`))
    expect(JSON.stringify(resourcesOf(template, 'AWS::IAM::Role'))).not.toContain(row.policy)
  })
})
