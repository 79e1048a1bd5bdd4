import { postExport, postExportRoute } from '../lib/api/post-export.ts'
import { api } from './api-runtime.ts'

export const handler = api('post-export', postExportRoute, postExport)
