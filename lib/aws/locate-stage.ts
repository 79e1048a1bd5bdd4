import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { NotKnown, UsageInvalid } from '../errors.ts'
import { smallCalls } from './client-options.ts'
import type { StageOf } from './deployment-names.ts'
import { faultOf } from './faults.ts'

/**
 * Where the stage is that the caller means: in the account of their credentials. It is not looked whether it is there.
 * @throws UsageInvalid without a Region or credentials
 */
export async function locateStage({ stage, region }: { stage: string; region?: string | undefined }): Promise<StageOf> {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(stage))
    throw new UsageInvalid('--stage: expected at most 20 lower-case letters, digits and hyphens, as it was deployed')
  const client = new STSClient({ ...smallCalls, ...(region !== undefined && { region }) })
  try {
    const found = await client.config.region().catch((cause) => {
      throw new UsageInvalid('aws: expected a Region: --region, AWS_REGION or a profile that names one', { cause })
    })
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}))
    const partition = /^arn:(aws[a-z-]*):/.exec(Arn ?? '')?.[1]
    if (Account === undefined || partition === undefined)
      throw new NotKnown('aws: caller: expected an account, got an answer without one')
    return { stage, partition, account: Account, region: found }
  } catch (error) {
    throw faultOf('aws: caller', error)
  } finally {
    client.destroy()
  }
}
