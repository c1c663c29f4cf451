/**
 * What AWS asks for reading, in dollars, in us-east-1 (N. Virginia), as of November 2026; other regions differ by up
 * to about two thirds. https://aws.amazon.com/dynamodb/pricing/on-demand/
 */

/** Where and when the prices are from, for people. */
export const priceRegion = 'us-east-1';
export const priceDate = 'November 2026';
export const priceSource = 'https://aws.amazon.com/dynamodb/pricing/';

/** A million read request units of an on-demand table of the standard class. */
export const dollarsPerMillionReadUnits = 0.125;
/** 100,000 reads of a stream, empty ones too, beyond the free ones. */
export const dollarsPer100kStreamReads = 0.02;
/** Of an account, each month. */
export const freeStreamReadsPerMonth = 2_500_000;

/** A GB of changes, as an incremental export counts them; second-hand, from readers of AWS's price page. */
export const dollarsPerExportedGb = 0.1;
/** Of each export. */
export const exportBytesBilledMin = 10e6;
