using AdServer.Commands.Backups;
using AdServer.Common;
using AdServer.Stats;
using Microsoft.Data.Sqlite;

namespace AdServer.Storage.Sqlite;

/// <summary>A store's file on its way into a backup or out of one: nobody else has it open.</summary>
internal static class SqliteStoreFile
{
    /// <summary>What the engine keeps beside a file while it works on it. Left behind, it would be taken for a part of the next file of that name.</summary>
    private static readonly string[] Companions = ["", "-wal", "-shm", "-journal"];

    /// <summary>Those of the file and its companions that are there.</summary>
    public static IEnumerable<string> List(string path) => Companions.Select(end => path + end).Where(File.Exists);

    /// <summary>Deletes them, and the lock of a file that is nobody's.</summary>
    public static void Delete(string path)
    {
        foreach (var file in List(path).Append($"{path}.lock"))
        {
            File.Delete(file);
        }
    }

    /// <summary>Makes the file of a backup; of one that fails nothing is left.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What people call the store that is in it.</param>
    /// <param name="write">Writes it; nobody has it open afterwards.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StartException">It is no whole store.</exception>
    /// <exception cref="IOException">There is no room for it.</exception>
    /// <exception cref="StoreUnavailableException">What was written cannot be read.</exception>
    public static async Task<BackupContents> MakeAsync(string path, string name, Func<Task> write, CancellationToken cancellation)
    {
        // What a run left that was killed.
        Delete(path);
        try
        {
            await write();
            Detach(path);
            await CheckAsync(path, name, cancellation);
            return Read(path);
        }
        catch (Exception fault)
        {
            Delete(path);
            if (SqliteFault.IsFull(fault))
            {
                throw new IOException($"There is no room for {path}", fault);
            }

            if (fault is SqliteException && SqliteFault.Translate(fault) is StoreUnavailableException state)
            {
                throw state;
            }

            throw;
        }
    }

    /// <summary>Makes sure that a file is a whole store of ours that contradicts itself nowhere.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What people call it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StartException">It is not.</exception>
    public static Task CheckAsync(string path, string name, CancellationToken cancellation) => Task.Run(
        () =>
        {
            try
            {
                using var session = SqliteSession.Open(path, readOnly: true);
                session.Obey(cancellation);
                SqliteSchema.Store.Check(session, name);
                if (session.Number("PRAGMA user_version") == 0)
                {
                    throw new StartException($"{name} holds no store.");
                }

                if (FindDamage(session) is { } damage)
                {
                    throw new StartException($"{name} is damaged: {damage}.");
                }
            }
            catch (SqliteException fault)
            {
                cancellation.ThrowIfCancellationRequested();
                throw SqliteFault.IsDamage(fault)
                    ? new StartException($"{name} is damaged: {fault.Message}", fault)
                    : new StartException($"{name} cannot be checked: {fault.Message}", fault);
            }
        },
        cancellation);

    /// <summary>Has a file that was written with a log stand alone.</summary>
    public static void Detach(string path)
    {
        using (var session = SqliteSession.Open(path, readOnly: false))
        {
            session.Execute("PRAGMA journal_mode=DELETE");
        }

        File.Delete($"{path}.lock");
    }

    /// <summary>Brings the file to this program's version.</summary>
    public static void Migrate(string path)
    {
        using var session = SqliteSession.Open(path, readOnly: false);
        SqliteSchema.Store.Migrate(session);
    }

    private static BackupContents Read(string path)
    {
        using var session = SqliteSession.Open(path, readOnly: true);
        var last = SqliteRolls.LastApplied(session);
        using var tail = session.Once("SELECT count(*) FROM ad_events WHERE seq > ?");
        var position = new StatsPosition(last.Number, tail.Put(last.Last).Rows().Select(row => row.Int(0)).Single());
        return new BackupContents((int)session.Number("PRAGMA user_version"), position, SqliteCopyEnd.Count(session));
    }

    private static string? FindDamage(SqliteSession session)
    {
        using var look = session.Once("PRAGMA integrity_check(1)");
        var found = look.Rows().Select(row => row.Text(0)).FirstOrDefault("no answer");
        if (found != "ok")
        {
            return found;
        }

        using var keys = session.Once("PRAGMA foreign_key_check");
        return keys.Rows().Select(row => $"a row of {row.Text(0)} belongs to one of {row.Text(2)} that is missing").FirstOrDefault();
    }
}
