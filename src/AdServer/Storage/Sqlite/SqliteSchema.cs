using AdServer.Common;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// The tables of a kind of file, as a list of migrations: number n leads from version n-1 to n, in one transaction with the version's
/// change. A migration that was released is never edited. Instants are milliseconds since 1970, days <c>yyyy-MM-dd</c>, durations milliseconds.
/// </summary>
/// <param name="noun">What people call the file.</param>
/// <param name="setting">What names it.</param>
/// <param name="applicationId">Marks a file as ours and of this kind.</param>
/// <param name="migrations">The steps.</param>
internal sealed class SqliteSchema(string noun, string setting, int applicationId, params SqliteMigration[] migrations)
{
    /// <summary>The store; its files are marked "AdSv".</summary>
    public static SqliteSchema Store { get; } = new("store", "Storage:Path", 0x41645376, SqliteMigrations.Store);

    public string Noun => noun;

    public string Setting => setting;

    /// <summary>The version that this program makes.</summary>
    public int Version => migrations.Length;

    /// <summary>Refuses a file that is not ours or that a newer program wrote. A new, empty file passes.</summary>
    /// <exception cref="StartException">It is refused.</exception>
    public void Check(SqliteSession session, string path)
    {
        var application = session.Number("PRAGMA application_id");
        var isEmpty = application == 0 && session.Number("SELECT count(*) FROM sqlite_schema") == 0;
        if (application != applicationId && !isEmpty)
        {
            throw new StartException($"{path} is a database of another program. Set {setting} to a file of its own.");
        }

        var version = session.Number("PRAGMA user_version");
        if (version > migrations.Length)
        {
            throw new StartException(
                $"{path} was written by a newer server (schema {version}; this one knows up to {migrations.Length}). Start that one.");
        }
    }

    /// <summary>Refuses a file that does not have exactly this program's schema.</summary>
    /// <exception cref="StartException">It is refused.</exception>
    public void Require(SqliteSession session, string path)
    {
        Check(session, path);
        var version = session.Number("PRAGMA user_version");
        if (version != migrations.Length)
        {
            throw new StartException($"{path} has schema {version}, not {migrations.Length}. Start the server once: it migrates the file.");
        }
    }

    /// <summary>Brings the file to this program's version, one transaction per step.</summary>
    public void Migrate(SqliteSession session)
    {
        for (var version = session.Number("PRAGMA user_version") + 1; version <= migrations.Length; version++)
        {
            var (step, marks) = (migrations[version - 1], $"PRAGMA application_id={applicationId}; PRAGMA user_version={version};");
            session.InTransaction("BEGIN IMMEDIATE", inside =>
            {
                inside.Execute(step.Script);
                step.Rest?.Invoke(inside);
                inside.Execute(marks);
                return true;
            });
        }
    }
}
