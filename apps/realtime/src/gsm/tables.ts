// The constant tables of GSM 06.10 (clause 5.4) and the dimensions of a frame.

/** Samples in a frame (20 ms at 8 kHz). */
export const frameSamples = 160;
/** Bytes of a coded frame. */
export const frameBytes = 33;
/** Samples in a sub-frame; a frame has four. */
export const subframeSamples = 40;
/** The longest lag of the long-term predictor, and so its memory. */
export const longestLag = 120;
/** Pulses kept of a sub-frame. */
export const pulseCount = 13;
/** Coefficients of the short-term predictor. */
export const order = 8;

/** Bits of each coded log-area ratio. */
export const larBits = Int16Array.of(6, 6, 5, 5, 4, 4, 3, 3);
export const larSlope = Int16Array.of(20480, 20480, 20480, 20480, 13964, 15360, 8534, 9036);
export const larOffset = Int16Array.of(0, 0, 2048, -2560, 94, -1792, -341, -1144);
export const larSmallest = Int16Array.of(-32, -32, -16, -16, -8, -8, -4, -4);
export const larLargest = Int16Array.of(31, 31, 15, 15, 7, 7, 3, 3);
export const larInverseSlope = Int16Array.of(13107, 13107, 13107, 13107, 19223, 17476, 31454, 29708);

/** Decision levels between the four long-term gains. */
export const gainDecision = Int16Array.of(6554, 16384, 26214);
/** The four long-term gains, as Q15 fractions. */
export const gainLevel = Int16Array.of(3277, 11469, 21299, 32767);

/** 1 / mantissa and mantissa of the block maximum, as Q15 fractions. */
export const inverseMantissa = Int16Array.of(29128, 26215, 23832, 21846, 20165, 18725, 17476, 16384);
export const mantissaLevel = Int16Array.of(18431, 20479, 22527, 24575, 26623, 28671, 30719, 32767);
