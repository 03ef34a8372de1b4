using System.CommandLine;

namespace AdServer.Commands.Copying;

/// <summary>The options of <c>copy</c> on the command line.</summary>
internal static class CopyArguments
{
    private static readonly Option<string> From = End("--from", "the store to read; it is never written to");

    private static readonly Option<string> To = End("--to", "an empty store, made if there is none, or one that this copy has begun to fill");

    public static Command Command { get; } = new(
        "copy",
        "Move everything to another store: from SQLite to MongoDB, back, or to another place; or from the database of an older ad server. "
        + "Stop the servers of both stores first. A server on the SQLite file is noticed; hosts on a MongoDB are not. "
        + "It ends by comparing both stores; the exit code is 1 if they differ. Stopped at any moment and started again it goes on. "
        + $"A store is {CopyAddress.Forms}, a file relative to the content root; in a user name or password write : / ? # [ ] @ % as %3A and so on.")
    {
        From, To,
    };

    public static Invocation.Copy Read(ParseResult result, string[] configuration) =>
        new(CopyAddress.Parse(result.GetValue(From))!, CopyAddress.Parse(result.GetValue(To))!, configuration);

    private static Option<string> End(string name, string description)
    {
        var option = new Option<string>(name) { HelpName = "store", Description = description, Required = true };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && CopyAddress.Parse(token.Value) is null)
            {
                result.AddError(CopyAddress.Fault(name, token.Value));
            }
        });
        return option;
    }
}
