using System.Runtime.CompilerServices;

namespace AdServer.PageTests;

/// <summary>Where things are and are kept.</summary>
internal static class Artefacts
{
    /// <summary>The repository.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "../.."));

    /// <summary>Screenshots of a test run.</summary>
    public static string Folder { get; } = Directory.CreateDirectory(Path.Combine(Root, "TestResults/page")).FullName;

    /// <summary>The source of the page.</summary>
    public static string Page { get; } = Path.Combine(Root, "src/AdServer/Web/Page");

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
