using Spectre.Console;

namespace AdServer.Tests.Commands;

/// <summary>A console as it is when the output is redirected: plain text.</summary>
internal sealed class TextConsole : IDisposable
{
    private readonly StringWriter writer = new();

    public TextConsole()
    {
        Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(writer) });
        Console.Profile.Width = 400;
    }

    public IAnsiConsole Console { get; }

    public string Text => writer.ToString();

    public string[] Lines => Text.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    public void Dispose() => writer.Dispose();
}
