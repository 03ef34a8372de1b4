using System.Numerics;

namespace AdServer.Stats;

/// <summary>
/// Rounds to two decimals the way Python's <c>round(x, 2)</c> does, because clients compare with what the older server said: the exact
/// value of the binary double decides, and an exact tie goes to the even digit (1.115 → 1.11, 2.675 → 2.67, 0.125 → 0.12).
/// </summary>
internal static class PythonRounding
{
    private const int Cents = 100;
    private const int FractionBits = 52;
    private const int ExponentBias = 1023 + FractionBits;

    /// <summary>A finite number rounded to cents.</summary>
    public static double ToCents(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> FractionBits) & 0x7FF);
        if (exponent == 0 || !double.IsFinite(value))
        {
            // Zero and subnormal numbers are nearer to zero than to a cent.
            return exponent == 0 ? 0 : value;
        }

        // value = mantissa / 2^shift exactly.
        var mantissa = (bits & ((1L << FractionBits) - 1)) | (1L << FractionBits);
        var shift = ExponentBias - exponent;
        if (shift <= 0)
        {
            return value;
        }

        var (whole, rest) = BigInteger.DivRem(new BigInteger(mantissa) * Cents, BigInteger.One << shift);
        var twice = (rest * 2).CompareTo(BigInteger.One << shift);
        var up = twice > 0 || (twice == 0 && !whole.IsEven);
        return Math.CopySign((double)(whole + (up ? 1 : 0)) / Cents, value);
    }
}
