using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AdServer.Access.SignIn;

/// <summary>
/// Hashes and verifies passwords with ASP.NET's hasher (PBKDF2, HMAC-SHA512, a salt each). That is slow on purpose, so only a few at once do it;
/// who has to wait too long is turned away.
/// </summary>
internal sealed class Passwords : IDisposable
{
    /// <summary>What OWASP's Password Storage Cheat Sheet asks for with PBKDF2-HMAC-SHA512.</summary>
    public const int Iterations = 210_000;

    public const int MinLength = 12;

    /// <summary>A longer text is no better, and somebody has to hash it.</summary>
    public const int MaxLength = 128;

    /// <summary>Longer than a few others take.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    private readonly TimeProvider clock;
    private readonly PasswordHasher<Passwords> hasher;
    private readonly string nobodys;

    /// <summary>Half of the processors stay with those who ask for ads.</summary>
    private readonly SemaphoreSlim slots = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <param name="clock">For the wait.</param>
    /// <param name="iterations">What a hash costs.</param>
    public Passwords(TimeProvider clock, int iterations = Iterations)
    {
        this.clock = clock;
        hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
        nobodys = Hash(string.Empty);
    }

    /// <summary>What is wrong with a password that somebody wants, if anything.</summary>
    public static string? Fault(string password) =>
        password.Length is < MinLength or > MaxLength ? $"The password must have {MinLength} to {MaxLength} characters" : null;

    /// <summary>Runs work that hashes, when it is its turn; nothing if that takes too long.</summary>
    public async Task<T?> RunAsync<T>(Func<T> work, CancellationToken cancellation)
        where T : class
    {
        using var late = new CancellationTokenSource(MaxWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await slots.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }

        try
        {
            return await Task.Run(work, CancellationToken.None);
        }
        finally
        {
            slots.Release();
        }
    }

    public string Hash(string password) => hasher.HashPassword(this, password);

    /// <summary>Whether a password is the one with this hash. Without a hash it is not, and takes as long to say so.</summary>
    public PasswordVerdict Verify(string? hash, string password)
    {
        var result = hasher.VerifyHashedPassword(this, hash ?? nobodys, password);
        return hash is null || result == PasswordVerificationResult.Failed ? PasswordVerdict.Wrong
            : result == PasswordVerificationResult.SuccessRehashNeeded ? PasswordVerdict.RightButOld
            : PasswordVerdict.Right;
    }

    public void Dispose() => slots.Dispose();
}

/// <summary>Whether a password is right.</summary>
internal enum PasswordVerdict
{
    Wrong,

    Right,

    /// <summary>It is, and its hash costs less than hashes do today.</summary>
    RightButOld,
}
