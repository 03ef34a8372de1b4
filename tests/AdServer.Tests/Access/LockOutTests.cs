using AdServer.Access.SignIn;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>How long whoever guesses has to wait, and what is remembered of it.</summary>
public sealed class LockOutTests
{
    private readonly ManualClock clock = new();
    private readonly LockOut lockOut;

    public LockOutTests() => lockOut = new LockOut(clock);

    [Fact]
    public void After_five_wrong_passwords_the_wait_doubles_from_a_second_to_a_quarter_of_an_hour()
    {
        for (var number = 1; number < LockOut.FreeTries; number++)
        {
            Assert.Null(lockOut.Begin("a"));
        }

        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900 })
        {
            Assert.Null(lockOut.Begin("a"));
            Assert.Equal(TimeSpan.FromSeconds(seconds), lockOut.Begin("a"));
            clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(TimeSpan.FromMilliseconds(1), lockOut.Begin("a"));
            clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Null(lockOut.Begin("b"));
    }

    [Fact]
    public void A_right_password_ends_it()
    {
        Lock("a", times: 9);
        lockOut.Clear("a");

        for (var number = 0; number < LockOut.FreeTries; number++)
        {
            Assert.Null(lockOut.Begin("a"));
        }

        Assert.Equal(TimeSpan.FromSeconds(1), lockOut.Begin("a"));
    }

    [Fact]
    public void A_try_that_was_given_back_did_not_count()
    {
        for (var number = 0; number < 50; number++)
        {
            Assert.Null(lockOut.Begin("a"));
            lockOut.GiveBack("a");
        }
    }

    [Fact]
    public void A_day_without_a_try_makes_an_address_new()
    {
        Lock("a", times: 9);
        clock.Advance(TimeSpan.FromDays(1));

        Assert.Null(lockOut.Begin("a"));
        Assert.Null(lockOut.Begin("a"));
    }

    [Fact]
    public void Whoever_floods_the_memory_frees_no_address_that_he_has_tried()
    {
        Lock("a", times: 12);
        for (var number = 0; number < LockOut.MostAddresses * 2; number++)
        {
            Assert.Null(lockOut.Begin($"address {number}"));
        }

        Assert.Equal(LockOut.MostAddresses, lockOut.Count);
        Assert.NotNull(lockOut.Begin("a"));
    }

    /// <summary>Tries wrong passwords, each as soon as it may be.</summary>
    private void Lock(string address, int times)
    {
        for (var number = 0; number < times; number++)
        {
            while (lockOut.Begin(address) is { } wait)
            {
                clock.Advance(wait);
            }
        }
    }
}
