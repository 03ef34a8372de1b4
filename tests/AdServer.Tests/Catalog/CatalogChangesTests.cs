using AdServer.Catalog;
using AdServer.Common;
using Xunit;

namespace AdServer.Tests.Catalog;

/// <summary>Changes that are made from what is stored, while others change it too.</summary>
public sealed class CatalogChangesTests
{
    private static readonly ApiError Busy = ApiError.Conflict("busy");

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public async Task A_change_is_made_again_while_others_are_faster_but_not_for_ever(int successfulTry, bool made)
    {
        using var changes = new CatalogChanges();
        var tries = 0;

        var result = await changes.MakeAsync(() => Task.FromResult(TryOnce()), Busy, TestContext.Current.CancellationToken);

        Assert.Equal(made ? (null, "made") : (Busy, null), result);
        Assert.Equal(made ? successfulTry : 20, tries);
        (ApiError? Error, string? Made)? TryOnce() => ++tries == successfulTry ? (null, "made") : null;
    }

    [Fact]
    public async Task An_error_is_final_and_the_next_change_has_its_turn()
    {
        using var changes = new CatalogChanges();
        var missing = ApiError.Conflict("missing");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => MakeAsync(() => throw new StoreUnavailableException("away")));

        Assert.Equal((missing, null), await MakeAsync(() => (missing, null)));
        Assert.Equal((null, "made"), await MakeAsync(() => (null, "made")));
        Task<(ApiError?, string?)> MakeAsync(Func<(ApiError? Error, string? Made)?> change) =>
            changes.MakeAsync(() => Task.FromResult(change()), Busy, TestContext.Current.CancellationToken);
    }
}
