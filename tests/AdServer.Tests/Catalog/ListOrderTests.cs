using AdServer.Access;
using AdServer.Catalog;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AdServer.Tests.Catalog;

/// <summary>Orders of lists: pages are parts of the whole order, whatever is added and removed between them.</summary>
public sealed class ListOrderTests
{
    private static readonly ListOrder<Item>[] Orders = [new("number", one => SortKey.Of((long)one.Number, one.Id)), new("text", one => SortKey.Of(one.Text, one.Id))];

    [Fact]
    public void Pages_one_after_another_are_the_whole_in_order_both_ways() =>
        Prop.ForAll(
            Gen.ArrayOf(AnyItem()).ToArbitrary(),
            Gen.Choose(1, 5).ToArbitrary(),
            Gen.Elements("number", "-number", "text", "-text").ToArbitrary(),
            (some, limit, sort) =>
            {
                var items = some.DistinctBy(one => one.Id).ToList();
                var order = Read(sort);
                var whole = sort.EndsWith("number", StringComparison.Ordinal)
                    ? items.OrderBy(one => one.Number).ThenBy(one => one.Id, StringComparer.Ordinal)
                    : items.OrderBy(one => one.Text, StringComparer.OrdinalIgnoreCase).ThenBy(one => one.Id, StringComparer.Ordinal);
                return Walk(order, limit, _ => items).SequenceEqual(sort[0] == '-' ? whole.Reverse() : whole);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_there_all_the_time_is_shown_once_however_much_comes_and_goes() =>
        Prop.ForAll(
            Gen.ArrayOf(AnyItem()).ToArbitrary(),
            Gen.ArrayOf(AnyItem()).ToArbitrary(),
            Gen.Elements("number", "-number", "text", "-text").ToArbitrary(),
            (lasting, passing, sort) =>
            {
                var stay = lasting.DistinctBy(one => one.Id).ToList();
                var shown = Walk(Read(sort), 2, page => [.. stay, .. passing.Where((one, index) => (index + page) % 2 == 0 && !stay.Exists(other => other.Id == one.Id))]);
                return stay.All(one => shown.Count(other => other == one) == 1);
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("text")]
    [InlineData("-number")]
    public void A_cursor_of_another_order_leads_nowhere(string sort)
    {
        Item[] items = [new("1", 1, "a"), new("2", 2, "b")];
        Assert.Null(Read("number").TryTake(items, new PageRequest(1, null), out var page));

        Assert.Null(PageRequest.TryRead("1", page.NextCursor, out var next));
        Assert.Same(PageRequest.InvalidCursor, Read(sort).TryTake(items, next, out _));
        Assert.Same(PageRequest.InvalidCursor, Read(sort).TryTake(items, new PageRequest(1, "1700000000000.2"), out _));
    }

    [Theory]
    [InlineData("colour")]
    [InlineData("-")]
    [InlineData("--number")]
    [InlineData("number,text")]
    public void An_order_that_is_none_is_refused_with_those_that_are(string sort) =>
        Assert.Equal("Invalid sort: number, text; with - before it descending", ListOrder<Item>.TryRead(sort, Orders, out _)?.Error);

    private static ListOrder<Item> Read(string sort)
    {
        Assert.Null(ListOrder<Item>.TryRead(sort, Orders, out var order));
        return order;
    }

    private static List<Item> Walk(ListOrder<Item> order, int limit, Func<int, List<Item>> itemsAt)
    {
        var shown = new List<Item>();
        string? cursor = null;
        for (var page = 0; page == 0 || cursor is not null; page++)
        {
            Assert.Null(PageRequest.TryRead($"{limit}", cursor, out var request));
            Assert.Null(order.TryTake(itemsAt(page), request, out var found));
            Assert.InRange(found.Items.Count, 0, limit);
            shown.AddRange(found.Items);
            cursor = found.NextCursor;
        }

        return shown;
    }

    private static Gen<Item> AnyItem() =>
        from id in Gen.Choose(0, 40)
        from number in Gen.Choose(-3, 3)
        from text in Gen.Elements("a", "A", "b", "", "line\nline", "é", "\U0001F600", "\uFFFD")
        select new Item($"{id}", number, text);

    private sealed record Item(string Id, int Number, string Text);
}
