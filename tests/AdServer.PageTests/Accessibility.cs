using Microsoft.Playwright;
using Xunit;

namespace AdServer.PageTests;

/// <summary>What axe-core finds on a page: WCAG 2.2 to level AA and its best practices.</summary>
internal static class Accessibility
{
    private const string Run =
        """
        async () => {
          const { violations } = await axe.run(document);
          return violations.flatMap(one => one.nodes.map(node => `${one.impact}: ${one.help}: ${node.html}: ${node.failureSummary}`));
        }
        """;

    /// <summary>It waits by timers of the page: where those stand still, it would never end.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Path.Combine(Artefacts.Page, "node_modules/axe-core/axe.min.js")));

    public static async Task<string[]> FindingsAsync(IPage page)
    {
        Assert.False(string.IsNullOrEmpty(Axe.Value));
        await page.EvaluateAsync(Axe.Value + "; undefined");
        return await page.EvaluateAsync<string[]>(Run).WaitAsync(Longest);
    }
}
