import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { ServiceUnavailable } from '../errors.ts'
import type { Events } from '../ports.ts'
import { calling } from './faults.ts'

/** Events on a bus of EventBridge, from the source `odv`, with their kind as detail type. */
export function eventBus(client: EventBridgeClient, bus: string): Events {
  return {
    async publish(kind, detail) {
      const entry = { EventBusName: bus, Source: 'odv', DetailType: kind, Detail: JSON.stringify(detail) }
      const command = new PutEventsCommand({ Entries: [entry] })
      const { FailedEntryCount, Entries } = await calling(`event bus: ${kind}`, () => client.send(command))
      // A call that succeeds may have failed all the same, entry by entry.
      if (FailedEntryCount !== 0 || Entries?.[0]?.EventId === undefined)
        throw new ServiceUnavailable(
          `event bus: ${kind}: expected it to be taken, got ${Entries?.[0]?.ErrorCode ?? 'no event id'}`,
        )
    },
  }
}
