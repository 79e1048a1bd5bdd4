/** What stands in the definitions for scan tasks where there are none: nothing is handed over to them. */
export const noScanTasks = {
  ScanTaskDefinitionArn: 'none',
  ScanTaskCluster: 'none',
  ScanTaskSubnets: 'none',
  ScanTaskSecurityGroup: 'none',
  ScanTaskPublicIp: 'DISABLED',
  ScanTaskSeconds: '1',
} as const
