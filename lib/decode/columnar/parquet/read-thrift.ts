import { corrupt } from '../column-fault.ts'
import type { PlacedSource } from '../placed-source.ts'
import { readThrift, ThriftCut, type ThriftStruct } from './thrift.ts'

const firstLook = 256

/** Consumes one struct that ends before `to`. @throws ColumnFault */
export async function takeThrift(source: PlacedSource, to: number): Promise<ThriftStruct> {
  const most = to - source.position()
  for (let length = Math.min(firstLook, most); ; length = Math.min(length * 8, most)) {
    const bytes = await source.peek(length)
    try {
      const { struct, end } = readThrift(bytes.subarray(0, Math.min(bytes.length, most)), 0)
      source.skip(end)
      return struct
    } catch (error) {
      if (!(error instanceof ThriftCut)) throw error
      if (bytes.length >= most) throw corrupt('parquet: expected a header within its part of the file')
      length = Math.max(length, Math.min(bytes.length, most))
    }
  }
}
