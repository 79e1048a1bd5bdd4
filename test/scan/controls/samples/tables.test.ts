import { describe, expect, test } from 'vitest'
import { arrowSample } from '../../../../lib/scan/controls/samples/arrow-sample.ts'
import { avroSample } from '../../../../lib/scan/controls/samples/avro-sample.ts'
import { orcSample } from '../../../../lib/scan/controls/samples/orc-sample.ts'
import { parquetSample } from '../../../../lib/scan/controls/samples/parquet-sample.ts'
import { readByPython } from '../../../support/table-readers.ts'

const lines = ['time,user', '2026-01-31,1234567890123456789', '', 'é', 'last']
const document = Buffer.from(lines.join('\n'))

describe('a sample of a table', () => {
  test('in Parquet is a file that pyarrow reads', (context) => {
    const program = 'print(json.dumps(pyarrow.parquet.read_table(io.BytesIO(sys.stdin.buffer.read())).to_pydict()))'
    expect(readByPython(context, 'pyarrow.parquet', program, parquetSample(document))).toEqual({ line: lines })
  })

  test('in ORC is a file that pyarrow reads', (context) => {
    const program = 'print(json.dumps(pyarrow.orc.read_table(io.BytesIO(sys.stdin.buffer.read())).to_pydict()))'
    expect(readByPython(context, 'pyarrow.orc', program, orcSample(document))).toEqual({ line: lines })
  })

  test('in Arrow is a file that pyarrow reads', (context) => {
    const program =
      'print(json.dumps(pyarrow.ipc.open_file(io.BytesIO(sys.stdin.buffer.read())).read_all().to_pydict()))'
    expect(readByPython(context, 'pyarrow.ipc', program, arrowSample(document))).toEqual({ line: lines })
  })

  test('in Avro is a file that fastavro reads', (context) => {
    const program = 'print(json.dumps(list(fastavro.reader(io.BytesIO(sys.stdin.buffer.read())))))'
    const records = lines.map((line) => ({ line }))
    expect(readByPython(context, 'fastavro, backports.zstd', program, avroSample(document))).toEqual(records)
  })
})
