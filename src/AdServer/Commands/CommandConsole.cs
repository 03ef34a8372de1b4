using Spectre.Console;

namespace AdServer.Commands;

/// <summary>How commands speak: lines as they are (no markup, no wrapping), and progress that is quiet when nobody watches.</summary>
internal static class CommandConsole
{
    private const int WideEnough = 400;

    /// <summary>What a command has to say.</summary>
    public static IAnsiConsole Output() => Create(Console.Out);

    /// <summary>What is wrong with the command line.</summary>
    public static IAnsiConsole Error() => Create(Console.Error);

    /// <summary>Writes a line of text as it is, whatever brackets are in it.</summary>
    public static void Line(this IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);

    /// <summary>Whether a person is watching: else there is neither progress nor colour.</summary>
    public static bool IsWatched(this IAnsiConsole console) => console.Profile.Out.IsTerminal;

    /// <summary>Runs work that reports how many of how many steps are done.</summary>
    public static async Task<T> WithProgressAsync<T>(this IAnsiConsole console, string title, Func<Action<int, int>, Task<T>> work) =>
        console.IsWatched()
            ? await console.Progress().AutoClear(true).StartAsync(context => work(StepsOf(context.AddTask(Markup.Escape(title)), title)))
            : await work((_, _) => { });

    private static Action<int, int> StepsOf(ProgressTask task, string title) => (done, all) =>
    {
        task.MaxValue = Math.Max(all, 1);
        task.Value = done;
        task.Description = Markup.Escape($"{title} {done} of {all}");
    };

    private static IAnsiConsole Create(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (!console.IsWatched())
        {
            console.Profile.Width = WideEnough;
        }

        return console;
    }
}
