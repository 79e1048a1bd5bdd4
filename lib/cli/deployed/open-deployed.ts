import { explainFault } from '../../aws/explain-fault.ts'
import { locateStage } from '../../aws/locate-stage.ts'
import { openStage } from '../../aws/open-stage.ts'
import type { Deployment, Place } from '../deployment.ts'
import { deployed } from './deployed.ts'

export type Stage = ReturnType<typeof openStage>

/** Serverless deploys this one when it is not told another. */
const defaultStage = 'dev'

/**
 * Opens a stage on AWS for one command, and tells its faults so that a person knows what to do.
 * @throws UsageInvalid without credentials or a Region @throws NotKnown when there is no such stage @throws ServiceRefused
 */
export async function withStage<T>(
  { stage, region }: Extract<Place, { kind: 'aws' }>,
  use: (stage: Stage, options: string) => Promise<T>,
): Promise<T> {
  const where = await locateStage({ stage: stage ?? process.env.ODV_STAGE ?? defaultStage, region }).catch((error) => {
    throw explainFault(error)
  })
  const opened = openStage(where)
  const options = ` --aws --stage ${where.stage}${region === undefined ? '' : ` --region ${where.region}`}`
  try {
    return await use(opened, options)
  } catch (error) {
    throw explainFault(error, opened.names)
  } finally {
    opened.close()
  }
}

export function toDeployment(
  { ports, executions, hasKey, describeFailure, call, names }: Stage,
  options: string,
): Deployment {
  return deployed({
    ports,
    executions,
    describeFailure,
    acknowledge: (payload) => call('acknowledge', payload),
    proposeCorrection: (payload) => call('propose-correction', payload),
    hasKey,
    locate: (key) => `s3://${names.evidenceBucket}/${key}`,
    options,
  })
}
