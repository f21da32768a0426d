import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import { failureConverterPath } from './connection.ts'

const interceptorsPath = fileURLToPath(new URL('./one-at-a-time.ts', import.meta.url))
const productWorkflows = fileURLToPath(new URL('../workflows/index.ts', import.meta.url))

/**
 * Bundles the workflows for the sandbox; it takes seconds, so a process does it once, and the tests share one.
 * @param workflowsPath a file that exports workflows and nothing else.
 */
export async function bundleWorkflows(workflowsPath = productWorkflows): Promise<{ code: string }> {
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    failureConverterPath,
    workflowInterceptorModules: [interceptorsPath],
    logger: new DefaultLogger('WARN')
  })
  return { code }
}
