using AdServer.Storage.Sqlite;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AdServer.StorageTests;

/// <summary>A set of numbers is a set, and what a file holds of it is the same set.</summary>
public sealed class NumberSetTests
{
    [Fact]
    public void It_is_a_set_that_reads_what_it_wrote() =>
        Prop.ForAll(
            Gen.ArrayOf(Gen.Choose(0, NumberSet.Size - 1)).ToArbitrary(),
            Gen.ArrayOf(Gen.Choose(0, 99)).ToArbitrary(),
            (far, near) =>
            {
                int[] all = [.. far, .. near];
                var set = NumberSet.Read(Of(all).Write());
                var shared = Of(near);
                var (kept, rest) = (Of(all), Of(all));
                kept.Keep(shared);
                rest.Remove(shared);
                return set.Numbers.SequenceEqual(all.Distinct().Order()) && set.Count == all.Distinct().Count()
                    && Enumerable.Range(0, NumberSet.Size).All(number => set.Contains(number) == all.Contains(number))
                    && kept.Numbers.SequenceEqual(near.Distinct().Order()) && set.CountShared(shared) == kept.Count
                    && rest.Numbers.SequenceEqual(all.Except(near).Order());
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(new int[0], "01")]
    [InlineData(new[] { 0 }, "01-01")]
    [InlineData(new[] { 300 }, "00-2C-01")]
    [InlineData(new[] { 16_000, 300 }, "00-2C-01-80-3E")]
    [InlineData(new[] { 0, 7, 8, 15 }, "01-81-81")]
    [InlineData(new[] { 70, 1 }, "00-01-00-46-00")]
    public void Its_form_in_a_file_is_the_shorter_one(int[] numbers, string bytes)
    {
        Assert.Equal(bytes, BitConverter.ToString(Of(numbers).Write()));
        Assert.Equal(numbers.Order(), NumberSet.Read(Of(numbers).Write()).Numbers);
    }

    [Fact]
    public void It_never_takes_more_than_a_bit_for_each_number_and_a_byte()
    {
        var all = Of([.. Enumerable.Range(0, NumberSet.Size)]);

        Assert.Equal((NumberSet.Size / 8) + 1, all.Write().Length);
        Assert.Equal(NumberSet.Size, NumberSet.Read(all.Write()).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("00-01")]
    [InlineData("00-00-40")]
    public void What_is_no_set_is_not_read(string bytes) =>
        Assert.Throws<InvalidDataException>(() => NumberSet.Read(Convert.FromHexString(bytes.Replace("-", string.Empty, StringComparison.Ordinal))));

    [Fact]
    public void More_bits_than_there_are_numbers_are_not_read()
    {
        var bytes = new byte[(NumberSet.Size / 8) + 2];
        bytes[0] = 1;

        Assert.Throws<InvalidDataException>(() => NumberSet.Read(bytes));
    }

    private static NumberSet Of(int[] numbers)
    {
        var set = new NumberSet();
        Assert.Equal(numbers.Distinct().Count(), numbers.Count(set.Add));
        return set;
    }
}
