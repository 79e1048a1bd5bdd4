import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import * as errors from '../errors.ts'
import { type DeploymentNames, functionName } from './deployment-names.ts'
import { calling } from './faults.ts'

/** What a function of the deployment ended with, under the name that it had there. */
class FunctionFailed extends errors.OdvError {
  override readonly name: string
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

/** Calls a function of a deployment and waits for its answer. @throws FunctionFailed */
export async function callFunction(
  client: LambdaClient,
  names: DeploymentNames,
  name: string,
  payload: unknown,
): Promise<unknown> {
  const command = new InvokeCommand({ FunctionName: functionName(names, name), Payload: JSON.stringify(payload) })
  const where = `lambda:InvokeFunction of ${functionName(names, name)}`
  const { FunctionError, Payload } = await calling(where, () => client.send(command))
  const text = Buffer.from(Payload ?? []).toString()
  if (FunctionError === undefined) return JSON.parse(text)
  throw toFailure(functionName(names, name), text)
}

function toFailure(where: string, text: string): FunctionFailed {
  const { errorType = 'Error', errorMessage = '' } = parse(text)
  // Text of a fault that is not ours could quote data.
  if (Object.hasOwn(errors, errorType)) return new FunctionFailed(errorType, errorMessage)
  return new FunctionFailed('FunctionFailed', `${where}: expected an answer, got a fault; its log group says more`)
}

function parse(text: string): { errorType?: string; errorMessage?: string } {
  try {
    return JSON.parse(text) as ReturnType<typeof parse>
  } catch {
    return {}
  }
}
