namespace AdServer.Commands.Torture;

/// <summary>Databases that somebody made for a while, on a MongoDB.</summary>
internal interface IScratchDatabases
{
    /// <summary>Drops the database of a connection string with everything in it; says whether it could.</summary>
    Task<bool> DropAsync(string connectionString);
}
