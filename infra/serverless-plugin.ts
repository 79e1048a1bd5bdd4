import { bundle } from './bundle.ts'
import { type AnchorParams, checkAnchor } from './check-anchor.ts'
import { decideConditions, type Resource, type Template } from './decide-conditions.ts'
import { type KeyCounts, numberKeys } from './number-keys.ts'
import { checkScanMemory } from './scan-memory.ts'
import { completeScanTask } from './scan-task.ts'

type Serverless = {
  serviceDir: string
  service: {
    provider: { compiledCloudFormationTemplate: Template; region: string }
    custom: { anchor: AnchorParams; scanMemory: string; scanTask: { seconds: string }; keys: KeyCounts }
  }
}

/**
 * What packaging needs beyond Serverless, which wants plugins to be classes. It bundles the functions before they are
 * packaged; and it writes state machines down as text before Serverless drops every null from the template, since an
 * `"Assign": { "failure": null }` that is gone leaves a variable that nobody assigned. Dashboards are text as well. And it
 * leaves out what a stage chose not to have, makes the keys that it has more than one of, and writes down what scan tasks run.
 */
export default class PackagingPlugin {
  readonly hooks: Record<string, () => Promise<void> | void>
  constructor(serverless: Serverless) {
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => {
        checkScanMemory(serverless.service.custom.scanMemory)
        checkAnchor(serverless.service.custom.anchor, serverless.service.provider.region)
        return bundle(serverless.serviceDir)
      },
      'before:aws:package:finalize:stripNullPropsFromTemplateResources': () => {
        const template = serverless.service.provider.compiledCloudFormationTemplate
        decideConditions(template)
        numberKeys(template, serverless.service.custom.keys)
        completeScanTask(template, serverless.serviceDir, serverless.service.custom.scanTask.seconds)
        writeDefinitions(template.Resources)
      },
    }
  }
}

function writeDefinitions(resources: Record<string, Resource>): void {
  for (const resource of Object.values(resources)) {
    const { Definition, DashboardBody, ...properties } = resource.Properties ?? {}
    if (resource.Type === 'AWS::StepFunctions::StateMachine')
      resource.Properties = { ...properties, DefinitionString: JSON.stringify(Definition, null, 1) }
    if (resource.Type === 'AWS::CloudWatch::Dashboard')
      resource.Properties = { ...properties, DashboardBody: { 'Fn::Sub': JSON.stringify(DashboardBody) } }
  }
}
