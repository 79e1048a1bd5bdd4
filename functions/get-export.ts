import { getExport, getExportRoute } from '../lib/api/get-export.ts'
import { api } from './api-runtime.ts'

export const handler = api('get-export', getExportRoute, getExport)
