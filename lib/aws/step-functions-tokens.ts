import { SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn'
import type { TaskTokens } from '../ports.ts'
import { faultOf, isFault } from './faults.ts'

/** What Step Functions says of a token that was answered, ran out or belongs to an execution that ended. */
const isOver = ['InvalidToken', 'TaskDoesNotExist', 'TaskTimedOut']

/** Answers states that wait with a task token. One that waits no longer needs no answer: nothing happens. */
export function stepFunctionsTokens(client: SFNClient): TaskTokens {
  return {
    async succeed(token, output) {
      const command = new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(output ?? null) })
      try {
        await client.send(command)
      } catch (error) {
        if (!isFault(error, ...isOver)) throw faultOf('task token: succeed', error)
      }
    },
  }
}
