/** Where analytics answers with a dashboard's figures as a file, for the router; the file's ending is its format. */
export const exportPath = '/exports';

/** Their names below it. */
export const exportFiles = ['dashboard.csv', 'dashboard.parquet'] as const;
