using System.Security.Cryptography;

namespace AdServer.Storage.Mongo;

/// <summary>The chance that pauses are drawn by outside of tests: hosts that start together must not draw the same.</summary>
internal static class MongoChance
{
    private const int Steps = 1 << 20;

    /// <summary>A number from 0 to 1; may be asked by many at once.</summary>
    public static double Next() => RandomNumberGenerator.GetInt32(Steps) / (double)Steps;
}
