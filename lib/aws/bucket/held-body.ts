import { PassThrough, type Readable } from 'node:stream'

/** The body of a request whose last bytes are sent only when it ends; who closes it before that has sent less than was announced. */
export type HeldBody = {
  /** Takes bytes when those before them are on their way, or nobody wants them any more. */
  write(bytes: Uint8Array): Promise<void>
  end(): void
  close(): void
}

/** Bytes that are held: as many pauses can be bridged. */
const most = 1024

/**
 * `begin` is called with the stream once there are more bytes than are held, or the body ends. From then on one of those goes out every `pulseMs`: servers end a request over which nothing
 * comes (S3 after some twenty seconds), and gigabytes of records of subjects leave nothing to send.
 */
export function heldBody(pulseMs: number, begin: (body: Readable) => void): HeldBody {
  const body = new PassThrough()
  body.on('error', () => {})
  let goOn = () => {}
  for (const event of ['drain', 'close']) body.on(event, () => goOn())
  let held = Buffer.alloc(0)
  let begun = false
  const take = (count: number): Buffer => {
    const taken = held.subarray(0, count)
    held = held.subarray(count)
    if (!begun) begin(body)
    begun = true
    return taken
  }
  const pulse = setInterval(() => {
    if (begun && !body.destroyed && held.length > 1) body.write(take(1))
  }, pulseMs)
  return {
    async write(bytes) {
      held = Buffer.concat([held, bytes])
      if (held.length <= most || body.destroyed || body.write(take(held.length - most))) return
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
    },
    end() {
      clearInterval(pulse)
      body.end(take(held.length))
    },
    close() {
      clearInterval(pulse)
      body.destroy()
    },
  }
}
