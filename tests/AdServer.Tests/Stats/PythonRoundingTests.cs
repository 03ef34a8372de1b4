using System.Globalization;
using System.Numerics;
using AdServer.Stats;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>Two decimals as Python rounds them: by the exact value of the double, a tie to the even digit.</summary>
public sealed class PythonRoundingTests
{
    private const int Cases = 20_000;

    /// <summary>What <c>round(x, 2)</c> of Python 3 says.</summary>
    public static TheoryData<double, double> Examples => new()
    {
        { 1.115, 1.11 }, { 2.675, 2.67 }, { 0.125, 0.12 }, { 0.375, 0.38 }, { 0.625, 0.62 }, { 0.875, 0.88 }, { 1.005, 1.0 }, { 2.665, 2.67 },
        { 0.005, 0.01 }, { 0.015, 0.01 }, { 0.025, 0.03 }, { 0.0049999999999999, 0 }, { 33.333333333333336, 33.33 }, { 66.66666666666667, 66.67 },
        { 99.995, 100 }, { 99.994999, 99.99 }, { 0, 0 }, { 100, 100 }, { 604800, 604800 }, { 1e15, 1e15 }, { 1e300, 1e300 }, { 5e-324, 0 },
        { -1.115, -1.11 }, { -0.125, -0.12 },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Examples_are_as_Python_says(double value, double rounded) => Assert.Equal(rounded, PythonRounding.ToCents(value));

    [Fact]
    public void Any_number_is_rounded_by_its_exact_decimal_value() =>
        Check(ArbMap.Default.ArbFor<NormalFloat>().Convert(number => number.Get % 1e12, NormalFloat.NewNormalFloat));

    [Fact]
    public void Halves_of_a_cent_and_their_neighbours_are_rounded_exactly() =>
        Check(Arb.From(
            from thousandths in Gen.Choose(0, 1_000_000)
            from step in Gen.Choose(-1, 1)
            let half = ((thousandths * 10) + 5) / 1000.0
            select step switch { < 0 => Math.BitDecrement(half), > 0 => Math.BitIncrement(half), _ => half }));

    [Fact]
    public void True_ties_go_to_the_even_digit() =>
        Check(Arb.From(from eighths in Gen.Choose(0, 10_000_000) select eighths / 8.0));

    [Fact]
    public void Rates_of_counts_are_rounded_exactly() =>
        Check(Arb.From(
            from clicks in Gen.Choose(0, 100_000)
            from views in Gen.Choose(1, 100_000)
            select (double)clicks / views * 100));

    private static void Check(Arbitrary<double> numbers) =>
        Prop.ForAll(numbers, value => PythonRounding.ToCents(value).Equals(Exact(value)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithQuietOnSuccess(true));

    /// <summary>The long way: write all decimals of the double, round the text, read it again.</summary>
    private static double Exact(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = new BigInteger((bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52));
        var places = 1075 - Math.Max(exponent, 1);

        // mantissa / 2^places = mantissa × 5^places / 10^places
        var digits = (mantissa * BigInteger.Pow(5, places)).ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        var cents = BigInteger.Parse(digits[..^(places - 2)], CultureInfo.InvariantCulture);
        var half = "5".PadRight(places - 2, '0');
        var order = string.CompareOrdinal(digits[^(places - 2)..], half);
        cents += order > 0 || (order == 0 && !cents.IsEven) ? 1 : 0;
        var rounded = double.Parse($"{cents}E-2", CultureInfo.InvariantCulture);
        return double.IsNegative(value) ? -rounded : rounded;
    }
}
